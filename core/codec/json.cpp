// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/json.h"

#include "core/value/jsonreader.h"
#include "core/value/numbertext.h"

#include <QList>

namespace slotscope::core {

namespace {

// What stands around the names and values of an array or object: brackets, commas, colons and blanks.
class Frame
{
public:
    Frame(const Value &value, bool object)
        : m_object(object)
        , m_count(object ? value.members().size() : value.items().size())
    {
        const Value::Style &style = value.style();
        if (!(style.flags & JsonStyle) || style.spelling.isEmpty())
            return;
        const QList<QByteArray> pieces = style.spelling.split(JsonPlaceholder);
        if (size_t(pieces.size()) == (object ? m_count * 2 : m_count) + 1)
            m_exact = pieces;
        else
            adapt(pieces);
    }

    // In front of the n-th name or value; behind the last one.
    QByteArray piece(size_t n) const
    {
        if (!m_exact.isEmpty())
            return m_exact[qsizetype(n)];
        const size_t parts = m_object ? m_count * 2 : m_count;
        if (parts == 0)
            return m_object ? QByteArrayLiteral("{}") : QByteArrayLiteral("[]");
        if (n == 0)
            return m_open.isEmpty() ? QByteArray(1, m_object ? '{' : '[') : m_open;
        if (n == parts)
            return m_close.isEmpty() ? QByteArray(1, m_object ? '}' : ']') : m_close;
        if (m_object && n % 2 == 1)
            return m_colon;
        return m_comma;
    }

private:
    // Members came or went: it begins and ends as before, and in between goes on as in front of the second
    // member.
    void adapt(const QList<QByteArray> &pieces)
    {
        if (pieces.size() == 1) // was empty
            return;
        m_open = pieces.front();
        m_close = pieces.back();
        if (m_object)
            m_colon = pieces[1];
        const qsizetype second = m_object ? 2 : 1;
        if (pieces.size() > second + 1)
            m_comma = pieces[second];
        else
            m_comma = ',' + m_open.mid(m_open.indexOf(m_object ? '{' : '[') + 1);
    }

    bool m_object;
    size_t m_count;
    QList<QByteArray> m_exact;
    QByteArray m_open;
    QByteArray m_close;
    QByteArray m_comma = QByteArrayLiteral(",");
    QByteArray m_colon = QByteArrayLiteral(":");
};

// Depth-first; the depth is bounded by MaximumDepth.
class Writer
{
public:
    bool write(const Value &value)
    {
        if (m_path.size() > size_t(MaximumDepth))
            return fail(QStringLiteral("nested deeper than %1 levels").arg(MaximumDepth));
        switch (value.kind()) {
        case Value::Kind::Array:
        case Value::Kind::Tuple:
            return array(value);
        case Value::Kind::Map:
            return object(value);
        case Value::Kind::Null:
            return token(value, QByteArrayLiteral("null"));
        case Value::Kind::Bool:
            return token(value, value.toBool() ? QByteArrayLiteral("true") : QByteArrayLiteral("false"));
        case Value::Kind::Integer:
            return token(value, value.integerText().toLatin1());
        case Value::Kind::Float:
            return token(value, floatText(value.toDouble()));
        case Value::Kind::Text:
            return text(value);
        case Value::Kind::Bytes:
            return fail(QStringLiteral("JSON cannot hold bytes"));
        case Value::Kind::Uuid:
            return fail(QStringLiteral("JSON has no UUIDs; write it as a text"));
        case Value::Kind::Timestamp:
            return fail(QStringLiteral("JSON has no timestamps; write it as a text or a number"));
        case Value::Kind::Decimal:
            return fail(QStringLiteral("JSON has no decimal numbers; write it as a text or a float"));
        case Value::Kind::Set:
            return fail(QStringLiteral("JSON has no sets; write it as a list"));
        case Value::Kind::Undefined:
        case Value::Kind::Tag:
        case Value::Kind::Simple:
        case Value::Kind::Opaque:
            break;
        }
        return fail(QStringLiteral("JSON cannot hold such a value"));
    }

    QByteArray take() { return std::move(m_out); }
    EncodeError error() { return std::move(m_error); }

private:
    bool fail(const QString &what)
    {
        m_error = {ValuePath(m_path), what};
        return false;
    }

    bool token(const Value &value, const QByteArray &usual)
    {
        const Value::Style &style = value.style();
        m_out += style.flags & JsonStyle && !style.spelling.isEmpty() ? style.spelling : usual;
        return true;
    }

    bool text(const Value &value)
    {
        const bool spelled = value.style().flags & JsonStyle && !value.style().spelling.isEmpty();
        if (!spelled && !QStringView(value.toText()).isValidUtf16())
            return fail(QStringLiteral("half of a surrogate pair cannot be written as UTF-8"));
        return token(value, spelled ? QByteArray() : jsonString(value.toText()));
    }

    bool child(PathStep step, const Value &value)
    {
        m_path.push_back(std::move(step));
        const bool done = write(value);
        m_path.pop_back();
        return done;
    }

    bool array(const Value &value)
    {
        const ValueList &items = value.items();
        const Frame frame(value, false);
        for (size_t i = 0; i < items.size(); ++i) {
            m_out += frame.piece(i);
            if (!child(PathStep::item(qsizetype(i)), items[i]))
                return false;
        }
        m_out += frame.piece(items.size());
        return true;
    }

    bool object(const Value &value)
    {
        const MemberList &members = value.members();
        const Frame frame(value, true);
        size_t n = 0;
        for (const Member &member : members) {
            m_out += frame.piece(n++);
            if (member.key.kind() != Value::Kind::Text) {
                m_path.push_back(PathStep::member(member.key));
                return fail(QStringLiteral("the names in a JSON object are texts"));
            }
            if (!text(member.key))
                return false;
            m_out += frame.piece(n++);
            if (!child(PathStep::member(member.key), member.value))
                return false;
        }
        m_out += frame.piece(n);
        return true;
    }

    QByteArray m_out;
    std::vector<PathStep> m_path;
    EncodeError m_error;
};

class JsonCodec final : public Codec
{
public:
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override
    {
        return readJson(bytes, {true, MaximumDepth});
    }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override
    {
        Writer writer;
        if (!writer.write(value))
            return Unexpected {writer.error()};
        return writer.take();
    }
};

} // namespace

const Codec &jsonCodec()
{
    static const JsonCodec codec;
    return codec;
}

} // namespace slotscope::core
