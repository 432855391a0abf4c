// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/json.h"

#include "core/codec/jsonlayout.h"
#include "core/value/jsonreader.h"
#include "core/value/numbertext.h"
#include "core/value/opaqueform.h"
#include "core/value/valueedit.h"

namespace slotscope::core {

namespace {

// Depth-first; the depth is bounded by MaximumDepth.
class Writer
{
public:
    bool write(const Value &value, const json::Layout &around)
    {
        if (m_levels.size() > size_t(MaximumDepth))
            return fail(QStringLiteral("nested deeper than %1 levels").arg(MaximumDepth));
        switch (value.kind()) {
        case Value::Kind::Array:
        case Value::Kind::Tuple:
            return array(value, around);
        case Value::Kind::Map:
            return object(value, around);
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
            break;
        case Value::Kind::Opaque:
            return fail(QStringLiteral("JSON cannot hold %1").arg(opaqueWords(value)));
        }
        return fail(QStringLiteral("JSON cannot hold such a value"));
    }

    QByteArray take() { return std::move(m_out); }
    EncodeError error() { return std::move(m_error); }

private:
    bool fail(const QString &what)
    {
        std::vector<PathStep> steps;
        for (const Level &level : m_levels)
            steps.push_back(stepTo(*level.container, level.child));
        m_error = {ValuePath(std::move(steps)), what};
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
        const Value::Style &style = value.style();
        if (style.flags & JsonStyle && !style.spelling.isEmpty())
            return token(value, {});
        if (style.flags & JsonStyle && style.flags & JsonAscii) {
            m_out += asciiJsonString(value.toText());
            return true;
        }
        if (!QStringView(value.toText()).isValidUtf16())
            return fail(QStringLiteral("half of a surrogate pair cannot be written as UTF-8"));
        return token(value, jsonString(value.toText()));
    }

    bool child(const Value &parent, size_t position, const Value &value, const json::Layout &around)
    {
        m_levels.push_back({&parent, qsizetype(position)});
        const bool done = write(value, around);
        m_levels.pop_back();
        return done;
    }

    bool array(const Value &value, const json::Layout &around)
    {
        const ValueList &items = value.items();
        const json::Frame frame(value, around);
        for (size_t i = 0; i < items.size(); ++i) {
            m_out += frame.piece(i);
            if (!child(value, i, items[i], frame.layout()))
                return false;
        }
        m_out += frame.piece(items.size());
        return true;
    }

    bool object(const Value &value, const json::Layout &around)
    {
        const MemberList &members = value.members();
        const json::Frame frame(value, around);
        for (size_t i = 0; i < members.size(); ++i) {
            m_out += frame.piece(i * 2);
            m_levels.push_back({&value, qsizetype(i)});
            if (members[i].key.kind() != Value::Kind::Text)
                return fail(QStringLiteral("the names in a JSON object are texts"));
            if (!text(members[i].key))
                return false;
            m_levels.pop_back();
            m_out += frame.piece(i * 2 + 1);
            if (!child(value, i, members[i].value, frame.layout()))
                return false;
        }
        m_out += frame.piece(members.size() * 2);
        return true;
    }

    // A container on the way from the root, and the child that is being written.
    struct Level
    {
        const Value *container = nullptr;
        qsizetype child = 0;
    };

    QByteArray m_out;
    std::vector<Level> m_levels;
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
        if (!writer.write(value, {}))
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
