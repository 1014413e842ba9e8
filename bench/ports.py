"""What a manifest says of the inputs and outputs of a library.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""


def elements(ports, batch):
    """The numbers of elements of the ports' arrays, as the text of a C initializer."""
    sizes = []
    for port in ports:
        size = 1
        for n in port["shape"]:
            size *= batch if n is None else n
        sizes.append(str(max(size, 1)))
    return ", ".join(sizes)
