// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/pickle.h"

#include "core/codec/pickle/picklemachine.h"
#include "core/codec/pickle/picklevalue.h"
#include "core/codec/pickle/picklewriter.h"

#include <QtEndian>

namespace slotscope::core {

namespace {

using pickle::Meaning;

constexpr int UsualProtocol = 2; // of zlmdb's Pickle

std::optional<int> protocolOf(const Value &value)
{
    if (!(value.style().flags & pickle::PickleStyle) || value.style().spelling.isEmpty())
        return std::nullopt;
    return value.style().spelling.toInt();
}

Expected<Value, DecodeError> decoded(QByteArrayView bytes, const std::vector<QByteArrayView> &buffers,
                                     qsizetype offset, Meaning meaning)
{
    const auto program = pickle::run(bytes, buffers, offset);
    if (!program)
        return Unexpected {program.error()};
    Value value = pickle::toValue(*program, bytes.size(), meaning);
    if (program->size == bytes.size())
        return value;
    return Unexpected {DecodeError {
        offset + program->size,
        QStringLiteral("%1 bytes follow the pickle").arg(bytes.size() - program->size), std::move(value)}};
}

// The pickle and its buffers, each behind its length.
Expected<std::vector<QByteArrayView>, DecodeError> sections(QByteArrayView bytes)
{
    constexpr qsizetype Head = 4;
    std::vector<QByteArrayView> found;
    for (qsizetype at = 0; at < bytes.size() || found.empty();) {
        if (bytes.size() - at < Head)
            return Unexpected {DecodeError {at, QStringLiteral("a length of 4 bytes should follow")}};
        const auto size = qFromBigEndian<quint32>(bytes.data() + at);
        at += Head;
        if (size > quint64(bytes.size() - at))
            return Unexpected {DecodeError {
                at,
                QStringLiteral("%1 bytes should follow, but there are %2").arg(size).arg(bytes.size() - at)}};
        found.push_back(bytes.sliced(at, qsizetype(size)));
        at += qsizetype(size);
    }
    return found;
}

Expected<Value, DecodeError> decoded5(QByteArrayView bytes, Meaning meaning)
{
    auto parts = sections(bytes);
    if (!parts)
        return Unexpected {parts.error()};
    const QByteArrayView pickle = parts->front();
    parts->erase(parts->begin());
    return decoded(pickle, *parts, pickle.data() - bytes.data(), meaning);
}

class PickleCodec final : public Codec
{
public:
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override
    {
        return decoded(bytes, {}, 0, Meaning::Interpreted);
    }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override
    {
        return pickle::write(value, protocolOf(value).value_or(UsualProtocol));
    }
};

class Pickle5Codec final : public Codec
{
public:
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override
    {
        return decoded5(bytes, Meaning::Interpreted);
    }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override
    {
        QByteArrayList sections;
        auto pickle = pickle::write(value, protocolOf(value).value_or(5), &sections);
        if (!pickle)
            return pickle;
        sections.prepend(*std::move(pickle));
        QByteArray out;
        for (const QByteArray &section : std::as_const(sections)) {
            QByteArray head(4, '\0');
            qToBigEndian(quint32(section.size()), head.data());
            out += head + section;
        }
        return out;
    }
};

} // namespace

const Codec &pickleCodec()
{
    static const PickleCodec codec;
    return codec;
}

const Codec &pickle5Codec()
{
    static const Pickle5Codec codec;
    return codec;
}

Expected<Value, DecodeError> decodePickleVerbatim(QByteArrayView bytes)
{
    return decoded(bytes, {}, 0, Meaning::Verbatim);
}

Expected<Value, DecodeError> decodePickle5Verbatim(QByteArrayView bytes)
{
    return decoded5(bytes, Meaning::Verbatim);
}

Value withPickleProtocolOf(const Value &value, const Value &other)
{
    const auto protocol = protocolOf(other);
    if (!protocol || protocolOf(value))
        return value;
    Value::Style style = value.style();
    style.flags |= pickle::PickleStyle;
    style.spelling = QByteArray::number(*protocol);
    return value.withStyle(std::move(style));
}

} // namespace slotscope::core
