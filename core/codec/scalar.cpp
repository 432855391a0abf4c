// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/scalar.h"

#include "core/value/utf8.h"

#include <QtEndian>

#include <algorithm>
#include <array>

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
    explicit TimestampCodec(bool littleEndian)
        : m_littleEndian(littleEndian)
    {
    }
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override
    {
        if (auto error = wrongSize(bytes, 8))
            return Unexpected {*std::move(error)};
        const auto number = qFromUnaligned<qint64>(bytes.data());
        return whole(Value::timestamp(m_littleEndian ? qFromLittleEndian(number) : qFromBigEndian(number)),
                     bytes);
    }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override
    {
        if (value.kind() != Value::Kind::Timestamp && !value.isNull())
            return unfit(QStringLiteral("expected a timestamp"));
        QByteArray bytes = bigEndian(quint64(value.toNanoseconds()));
        if (m_littleEndian)
            std::reverse(bytes.begin(), bytes.end());
        return bytes;
    }

private:
    bool m_littleEndian;
};

class FixedBytesCodec final : public Codec
{
public:
    explicit FixedBytesCodec(qsizetype size)
        : m_size(size)
    {
    }
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override
    {
        if (auto error = wrongSize(bytes, m_size))
            return Unexpected {*std::move(error)};
        return whole(Value::bytes(bytes.toByteArray()), bytes);
    }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override
    {
        if (value.isNull())
            return QByteArray(m_size, '\0');
        if (value.kind() != Value::Kind::Bytes || value.toBytes().size() != m_size)
            return unfit(QStringLiteral("expected %1 bytes").arg(m_size));
        return value.toBytes();
    }

private:
    qsizetype m_size;
};

class Bytes20TimestampCodec final : public Codec
{
public:
    explicit Bytes20TimestampCodec(bool littleEndian)
        : m_littleEndian(littleEndian)
    {
    }
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override
    {
        constexpr qsizetype Split = 20;
        if (auto error = wrongSize(bytes, Split + 8))
            return Unexpected {*std::move(error)};
        const auto time = timestampCodec(m_littleEndian).decode(bytes.sliced(Split));
        return whole(Value::array({Value::bytes(bytes.first(Split).toByteArray()).withSource({0, Split}),
                                   time->withSource({Split, 8})}),
                     bytes);
    }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override
    {
        if ((value.kind() != Value::Kind::Array && value.kind() != Value::Kind::Tuple)
            || value.items().size() != 2)
            return unfit(QStringLiteral("expected 20 bytes and a timestamp"));
        QByteArray out;
        const std::array<const Codec *, 2> codecs {&bytes20Codec(), &timestampCodec(m_littleEndian)};
        for (size_t i = 0; i < codecs.size(); ++i) {
            const auto part = codecs[i]->encode(value.items()[i]);
            if (!part)
                return Unexpected {
                    EncodeError {ValuePath({PathStep::item(qsizetype(i))}), part.error().what}};
            out += *part;
        }
        return out;
    }

private:
    bool m_littleEndian;
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

const Codec &timestampCodec(bool littleEndian)
{
    static const TimestampCodec big(false);
    static const TimestampCodec little(true);
    return littleEndian ? little : big;
}

const Codec &bytes16Codec()
{
    static const FixedBytesCodec codec(16);
    return codec;
}

const Codec &bytes20Codec()
{
    static const FixedBytesCodec codec(20);
    return codec;
}

const Codec &bytes32Codec()
{
    static const FixedBytesCodec codec(32);
    return codec;
}

const Codec &bytes20TimestampCodec(bool littleEndian)
{
    static const Bytes20TimestampCodec big(false);
    static const Bytes20TimestampCodec little(true);
    return littleEndian ? little : big;
}

} // namespace slotscope::core
