// SPDX-License-Identifier: GPL-3.0-or-later
//
// One target for every decoder. The same functions are called by the fuzz program (main.cpp) and by
// tst_fuzzregressions.
#pragma once

#include "tests/fuzz/codecproperties.h"

#include <vector>

namespace slotscope::fuzz {

struct FuzzTarget
{
    const char *name;
    /// Must find nothing to complain about, whatever the bytes are.
    Complaint (*check)(QByteArrayView bytes);
    /// What to begin with: the reference data in the target's form.
    std::vector<QByteArray> (*seeds)();
};

const std::vector<FuzzTarget> &fuzzTargets();
/// Null pointer when there is none of this name.
const FuzzTarget *fuzzTarget(QByteArrayView name);

// The checks. Where a byte chooses among several decoders, it stands in front.
Complaint checkScalar(QByteArrayView bytes); ///< the simple value types, sets included
Complaint checkKey(QByteArrayView bytes);
Complaint checkNotation(QByteArrayView bytes);
Complaint checkJson(QByteArrayView bytes);
Complaint checkCbor(QByteArrayView bytes);
Complaint checkPickle(QByteArrayView bytes);
Complaint checkPickle5(QByteArrayView bytes);
Complaint checkZlib(QByteArrayView bytes);
Complaint checkSnappy(QByteArrayView bytes);
Complaint checkCompressed(QByteArrayView bytes); ///< values of all types, compressed
Complaint checkMerge(QByteArrayView bytes); ///< a byte of the type, then what two people change
Complaint checkCatalogue(QByteArrayView bytes); ///< two bytes of a slot number, then the entry
Complaint checkInference(QByteArrayView bytes); ///< samples: length, key, length, value, …
Complaint checkPath(QByteArrayView bytes);
/// Part of the targets above that can be scanned for columns.
Complaint checkScan(core::ValueType type, QByteArrayView bytes);
Complaint checkYaml(QByteArrayView bytes); ///< zlmdb's schemas
Complaint checkFlatBuffers(QByteArrayView bytes);
Complaint checkFlatSchemaText(QByteArrayView bytes); ///< .fbs
Complaint checkFlatSchemaBinary(QByteArrayView bytes); ///< .bfbs
Complaint checkSchemaFile(QByteArrayView bytes); ///< what is known of the tables of a database
Complaint checkGateway(QByteArrayView bytes);
Complaint checkLines(QByteArrayView bytes); ///< a byte of the longest line, then the stream
Complaint checkRowReplies(QByteArrayView bytes); ///< odd: JSON follows, even: protobuf
Complaint checkDraft(QByteArrayView bytes); ///< lines without their checksums
Complaint checkScript(QByteArrayView bytes); ///< of `slotscope edit`
Complaint checkRowSource(QByteArrayView bytes); ///< a byte of the options, then what is to be imported

/// What the first byte of checkScalar(), checkKey() and checkFlatBuffers() chooses from.
const std::vector<core::ValueType> &simpleTypes();
const std::vector<core::KeyType> &keyTypes();
const std::vector<core::FlatBuffersType> &flatBuffersTypes(); ///< the first is without a schema
/// The whole buffers of the reference data.
std::vector<QByteArray> flatBuffers();

} // namespace slotscope::fuzz
