// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cbor.h"

#include "core/codec/cborreader.h"
#include "core/codec/cborwriter.h"

namespace slotscope::core {

namespace {

class CborCodec final : public Codec
{
public:
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override { return cbor::read(bytes); }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override { return cbor::write(value); }
};

} // namespace

const Codec &cborCodec()
{
    static const CborCodec codec;
    return codec;
}

} // namespace slotscope::core
