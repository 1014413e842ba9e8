// Carrier of the precompiled header; see MLIRHeaders.h.
