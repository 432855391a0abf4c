// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/sets.h"

#include "core/codec/scalar.h"

#include <functional>

namespace slotscope::core {

namespace {

Expected<Value, DecodeError> readElement(const Codec &codec, QByteArrayView bytes, qsizetype at,
                                         qsizetype size)
{
    auto element = codec.decode(bytes.sliced(at, size));
    if (!element) {
        DecodeError error = element.error();
        error.offset += at;
        return Unexpected {std::move(error)};
    }
    return (*std::move(element)).withSource({at, size});
}

/// What is not a set, or an element that does not fit.
std::optional<EncodeError>
appendElements(const Value &value, const Codec &codec,
               const std::function<std::optional<QString>(const QByteArray &)> &append)
{
    if (value.kind() != Value::Kind::Set)
        return EncodeError {{}, QStringLiteral("expected a set")};
    for (size_t i = 0; i < value.items().size(); ++i) {
        const auto path = [i] { return ValuePath({PathStep::item(qsizetype(i))}); };
        const auto bytes = codec.encode(value.items()[i]);
        if (!bytes)
            return EncodeError {path(), bytes.error().what};
        if (const auto wrong = append(*bytes))
            return EncodeError {path(), *wrong};
    }
    return std::nullopt;
}

/// Elements of one size, one after another.
class FixedSetCodec final : public Codec
{
public:
    FixedSetCodec(const Codec &element, qsizetype size)
        : m_element(element)
        , m_size(size)
    {
    }
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override
    {
        if (const qsizetype rest = bytes.size() % m_size)
            return Unexpected {
                DecodeError {bytes.size() - rest,
                             QStringLiteral("expected a multiple of %1 bytes, but there are %2")
                                 .arg(m_size)
                                 .arg(bytes.size())}};
        ValueList elements;
        elements.reserve(size_t(bytes.size() / m_size));
        for (qsizetype at = 0; at < bytes.size(); at += m_size) {
            auto element = readElement(m_element, bytes, at, m_size);
            if (!element)
                return element;
            elements.push_back(*std::move(element));
        }
        return Value::set(std::move(elements)).withSource({0, bytes.size()});
    }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override
    {
        QByteArray out;
        if (auto error = appendElements(value, m_element, [&out](const QByteArray &bytes) {
                out += bytes;
                return std::optional<QString>();
            }))
            return Unexpected {*std::move(error)};
        return out;
    }

private:
    const Codec &m_element;
    qsizetype m_size;
};

class StringSetCodec final : public Codec
{
public:
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override
    {
        ValueList elements;
        for (qsizetype at = 0; at <= bytes.size();) {
            const qsizetype zero = bytes.indexOf('\0', at);
            const qsizetype end = zero < 0 ? bytes.size() : zero;
            auto element = readElement(stringCodec(), bytes, at, end - at);
            if (!element)
                return element;
            elements.push_back(*std::move(element));
            at = end + 1;
        }
        return Value::set(std::move(elements)).withSource({0, bytes.size()});
    }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override
    {
        QByteArray out;
        bool first = true;
        if (auto error =
                appendElements(value, stringCodec(), [&](const QByteArray &bytes) -> std::optional<QString> {
                    if (bytes.contains('\0'))
                        return QStringLiteral("a text in a set must not hold a zero character");
                    if (!first)
                        out += '\0';
                    first = false;
                    out += bytes;
                    return std::nullopt;
                }))
            return Unexpected {*std::move(error)};
        return out;
    }
};

} // namespace

const Codec &stringSetCodec()
{
    static const StringSetCodec codec;
    return codec;
}

const Codec &oidSetCodec()
{
    static const FixedSetCodec codec(oidCodec(), 8);
    return codec;
}

const Codec &uuidSetCodec()
{
    static const FixedSetCodec codec(uuidCodec(), 16);
    return codec;
}

} // namespace slotscope::core
