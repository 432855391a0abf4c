// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/codec/codec.h"

namespace slotscope::core {

/// CBOR (RFC 8949). Tags that have a kind of their own are read as what they mean: 0 and 1 in UTC Timestamp,
/// 2 and 3 Integer, 4 and 5 Decimal, 37 Uuid, 258 Set; where the content does not fit the tag, and for all
/// others, a Tag.
///
/// Tags that only say how something is stored (55799, 25 in 256, 29 to 28) are seen through: a reference is
/// what it refers to, and one to a container that holds it is {"ref": level}. What references add to the tree
/// is bounded; beyond that they stay tags. On writing, references are numbered anew; where a shared value was
/// changed in one of its places, it is written there for itself.
///
/// A changed scalar keeps its width, its tag and its way of spelling where these can hold it exactly, see
/// inStyleOf(); else it is written wider, or refused. New nodes are written as cbor2 writes them.
const Codec &cborCodec();

} // namespace slotscope::core
