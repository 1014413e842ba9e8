"""Writes a model whose names try to be markup, to leave SVG, and to be long.

usage: hostile_names.py FILE
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import sys
from pathlib import Path

from keras_models import functional, input_layer, l1, Layer

x = input_layer([4], name='<script>document.title="x"</script>')
a = Layer("Dense", '"><img src=http://example.com/a onerror=alert(1)>', x, units=3, activity_regularizer=l1(0.5))
b = Layer("Dense", "]]></text></svg>&lt;&#0;\u202e'" + "long" * 30 + "é" * 30, a, units=3, activity_regularizer=l1(0.25))
dead = Layer("Dense", "url(http://example.com)\\N \"];n0->n1", a, units=2, activity_regularizer=l1(0.125))
Path(sys.argv[1]).parent.mkdir(parents=True, exist_ok=True)
Path(sys.argv[1]).write_text(json.dumps(functional([x, a, b, dead], [b])))
