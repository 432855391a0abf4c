// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/fuzztargets.h"

#include "tests/fuzz/seeds.h"

namespace slotscope::fuzz {

const std::vector<FuzzTarget> &fuzzTargets()
{
    static const std::vector<FuzzTarget> targets {
        {"scalar", checkScalar, scalarSeeds},
        {"key", checkKey, keySeeds},
        {"notation", checkNotation, notationSeeds},
        {"path", checkPath, pathSeeds},
        {"json", checkJson, jsonSeeds},
        {"cbor", checkCbor, cborSeeds},
        {"pickle", checkPickle, pickleSeeds},
        {"pickle5", checkPickle5, pickle5Seeds},
        {"flatbuffers", checkFlatBuffers, flatBuffersSeeds},
        {"fbs", checkFlatSchemaText, flatSchemaTextSeeds},
        {"bfbs", checkFlatSchemaBinary, flatSchemaBinarySeeds},
        {"zlib", checkZlib, zlibSeeds},
        {"snappy", checkSnappy, snappySeeds},
        {"compressed", checkCompressed, compressedSeeds},
        {"merge", checkMerge, mergeSeeds},
        {"catalogue", checkCatalogue, catalogueSeeds},
        {"inference", checkInference, inferenceSeeds},
        {"schemafile", checkSchemaFile, schemaFileSeeds},
        {"yaml", checkYaml, yamlSeeds},
        {"gateway", checkGateway, gatewaySeeds},
        {"lines", checkLines, lineSeeds},
        {"rows", checkRowReplies, rowReplySeeds},
        {"draft", checkDraft, draftSeeds},
        {"script", checkScript, scriptSeeds},
        {"import", checkRowSource, rowSourceSeeds},
    };
    return targets;
}

const FuzzTarget *fuzzTarget(QByteArrayView name)
{
    for (const FuzzTarget &target : fuzzTargets()) {
        if (name == target.name)
            return &target;
    }
    return nullptr;
}

} // namespace slotscope::fuzz
