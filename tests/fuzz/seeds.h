// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the fuzzer begins with, made from the reference data below tests/data.
#pragma once

#include <QByteArray>

#include <vector>

namespace slotscope::fuzz {

using Seeds = std::vector<QByteArray>;

Seeds scalarSeeds();
Seeds keySeeds();
Seeds notationSeeds();
Seeds pathSeeds();
Seeds jsonSeeds();
Seeds cborSeeds();
Seeds pickleSeeds();
Seeds pickle5Seeds();
Seeds flatBuffersSeeds();
Seeds flatSchemaTextSeeds();
Seeds flatSchemaBinarySeeds();
Seeds schemaFileSeeds();
Seeds yamlSeeds();
Seeds zlibSeeds();
Seeds snappySeeds();
Seeds compressedSeeds();
Seeds mergeSeeds();
Seeds catalogueSeeds();
Seeds inferenceSeeds();
Seeds gatewaySeeds();
Seeds lineSeeds();
Seeds rowReplySeeds();
Seeds draftSeeds();
Seeds scriptSeeds();
Seeds rowSourceSeeds();

} // namespace slotscope::fuzz
