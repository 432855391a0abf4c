// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/scalar.h"

#include "core/value/utf8.h"

#include <QtEndian>

namespace slotscope::core {

namespace {

Unexpected<EncodeError> unfit(const QString &what)
{
    return Unexpected {EncodeError {{}, what}};
}

Value whole(Value value, QByteArrayView bytes)
{
    return std::move(value).withSource({0, bytes.size()});
}

std::optional<DecodeError> wrongSize(QByteArrayView bytes, qsizetype size)
{
    if (bytes.size() == size)
        return std::nullopt;
    return DecodeError {std::min(bytes.size(), size),
                        QStringLiteral("expected %1 bytes, but there are %2").arg(size).arg(bytes.size())};
}

QByteArray bigEndian(quint64 number)
{
    QByteArray bytes(8, '\0');
    qToBigEndian(number, bytes.data());
    return bytes;
}

class StringCodec final : public Codec
{
public:
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override
    {
        if (bytes.isEmpty())
            return whole(Value(), bytes);
        auto text = textFromUtf8(bytes);
        if (!text)
            return Unexpected {DecodeError {firstInvalidUtf8(bytes), QStringLiteral("not valid UTF-8")}};
        return whole(Value::text(*std::move(text)), bytes);
    }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override
    {
        if (value.isNull())
            return QByteArray();
        if (value.kind() != Value::Kind::Text)
            return unfit(QStringLiteral("expected a text"));
        if (!QStringView(value.toText()).isValidUtf16())
            return unfit(QStringLiteral("half of a surrogate pair cannot be written as UTF-8"));
        return value.toText().toUtf8();
    }
};

class BinaryCodec final : public Codec
{
public:
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override
    {
        return whole(Value::bytes(bytes.toByteArray()), bytes);
    }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override
    {
        if (value.kind() != Value::Kind::Bytes)
            return unfit(QStringLiteral("expected bytes"));
        return value.toBytes();
    }
};

class TextOrBytesCodec final : public Codec
{
public:
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override
    {
        if (isPrintableUtf8(bytes))
            return whole(Value::text(*textFromUtf8(bytes)), bytes);
        return whole(Value::bytes(bytes.toByteArray()), bytes);
    }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override
    {
        if (value.kind() == Value::Kind::Bytes)
            return value.toBytes();
        return stringCodec().encode(value);
    }
};

class OidCodec final : public Codec
{
public:
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override
    {
        if (auto error = wrongSize(bytes, 8))
            return Unexpected {*std::move(error)};
        return whole(Value::unsignedInteger(qFromBigEndian<quint64>(bytes.data())), bytes);
    }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override
    {
        constexpr quint64 Largest = 9007199254740992; // 2^53
        const auto number = value.toUInt64();
        if (!number || *number > Largest)
            return unfit(QStringLiteral("expected a number from 0 to %1").arg(Largest));
        return bigEndian(*number);
    }
};

class UuidCodec final : public Codec
{
public:
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override
    {
        if (auto error = wrongSize(bytes, 16))
            return Unexpected {*std::move(error)};
        return whole(Value::uuid(QUuid::fromRfc4122(bytes)), bytes);
    }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override
    {
        if (value.kind() != Value::Kind::Uuid && !value.isNull())
            return unfit(QStringLiteral("expected a UUID"));
        return value.toUuid().toRfc4122();
    }
};

class TimestampCodec final : public Codec
{
public:
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override
    {
        if (auto error = wrongSize(bytes, 8))
            return Unexpected {*std::move(error)};
        return whole(Value::timestamp(qFromBigEndian<qint64>(bytes.data())), bytes);
    }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override
    {
        if (value.kind() != Value::Kind::Timestamp && !value.isNull())
            return unfit(QStringLiteral("expected a timestamp"));
        return bigEndian(quint64(value.toNanoseconds()));
    }
};

} // namespace

const Codec &stringCodec()
{
    static const StringCodec codec;
    return codec;
}

const Codec &binaryCodec()
{
    static const BinaryCodec codec;
    return codec;
}

const Codec &textOrBytesCodec()
{
    static const TextOrBytesCodec codec;
    return codec;
}

const Codec &oidCodec()
{
    static const OidCodec codec;
    return codec;
}

const Codec &uuidCodec()
{
    static const UuidCodec codec;
    return codec;
}

const Codec &timestampCodec()
{
    static const TimestampCodec codec;
    return codec;
}

} // namespace slotscope::core
