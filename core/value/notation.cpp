// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/notation.h"

#include "core/value/jsonreader.h"
#include "core/value/numbertext.h"
#include "core/value/opaqueform.h"
#include "core/value/recordstyle.h"
#include "core/value/timetext.h"
#include "core/value/toldtag.h"

namespace slotscope::core {

namespace {

constexpr qint64 LargestPlain = 9007199254740992; // 2^53

class Writer
{
public:
    Writer(int indent, bool typed)
        : m_indent(indent)
        , m_typed(typed)
    {
    }

    void write(const Value &value)
    {
        if (const quint32 kind = flatKind(value); kind != 0 && writeFlat(value, kind))
            return;
        switch (value.kind()) {
        case Value::Kind::Null:
            m_out += "null";
            break;
        case Value::Kind::Undefined:
            telling("undefined", "true");
            break;
        case Value::Kind::Bool:
            m_out += value.toBool() ? "true" : "false";
            break;
        case Value::Kind::Integer:
            integer(value);
            break;
        case Value::Kind::Float:
            telling("float", jsonString(QString::fromLatin1(floatText(value.toDouble()))));
            break;
        case Value::Kind::Text:
            text(value.toText());
            break;
        case Value::Kind::Bytes:
            telling(value.style().flags & Value::OtherType ? "bytearray" : "hex",
                    '"' + value.toBytes().toHex() + '"');
            break;
        case Value::Kind::Uuid: {
            const QByteArray quoted = '"' + value.toUuid().toByteArray(QUuid::WithoutBraces) + '"';
            if (m_typed)
                m_out += quoted;
            else
                telling("uuid", quoted);
            break;
        }
        case Value::Kind::Timestamp:
            timestamp(value.toNanoseconds());
            break;
        case Value::Kind::Decimal:
            telling("decimal", jsonString(value.toText()));
            break;
        case Value::Kind::Array:
            list(value.items());
            break;
        case Value::Kind::Tuple:
            tellingList("tuple", value.items());
            break;
        case Value::Kind::Set:
            tellingList(value.style().flags & Value::OtherType ? "frozenset" : "set", value.items());
            break;
        case Value::Kind::Map:
            open("map");
            pairs(value.members());
            m_out += '}';
            break;
        case Value::Kind::Tag:
            tag(value);
            break;
        case Value::Kind::Simple:
            telling("simple", QByteArray::number(value.simpleNumber()));
            break;
        case Value::Kind::Opaque:
            opaque(value);
            break;
        }
    }

    QByteArray take() { return std::move(m_out); }

private:
    // json.dumps without indent is compact here: no blanks.
    void colon() { m_out += m_indent < 0 ? ":" : ": "; }
    void open(const char *name)
    {
        m_out += "{\"";
        m_out += name;
        m_out += '"';
        colon();
    }
    void telling(const char *name, const QByteArray &json)
    {
        open(name);
        m_out += json;
        m_out += '}';
    }
    void tellingList(const char *name, const ValueList &items)
    {
        open(name);
        list(items);
        m_out += '}';
    }

    void newLine()
    {
        if (m_indent >= 0)
            m_out += '\n' + QByteArray(qsizetype(m_indent) * m_level, ' ');
    }

    template <typename List, typename WriteOne>
    void sequence(const List &items, WriteOne &&writeOne, char opening = '[', char closing = ']')
    {
        m_out += opening;
        ++m_level;
        bool first = true;
        for (const auto &item : items) {
            if (!first)
                m_out += ',';
            first = false;
            newLine();
            writeOne(item);
        }
        --m_level;
        if (!first)
            newLine();
        m_out += closing;
    }

    void list(const ValueList &items)
    {
        sequence(items, [this](const Value &item) { write(item); });
    }

    void pairs(const MemberList &members)
    {
        sequence(members, [this](const Member &member) {
            m_out += '[';
            write(member.key);
            m_out += m_indent < 0 ? "," : ", ";
            write(member.value);
            m_out += ']';
        });
    }

    void integer(const Value &value)
    {
        const QByteArray digits = value.integerText().toLatin1();
        const auto small = value.toInt64();
        if (small && *small >= -LargestPlain && *small <= LargestPlain)
            m_out += digits;
        else if (m_typed)
            m_out += '"' + digits + '"';
        else
            telling("int", '"' + digits + '"');
    }

    void text(const QString &text)
    {
        if (QStringView(text).isValidUtf16()) {
            m_out += jsonString(text);
            return;
        }
        open("codepoints");
        m_out += '[';
        for (qsizetype i = 0; i < text.size(); ++i) {
            if (i > 0)
                m_out += ',';
            char32_t codepoint = text[i].unicode();
            if (text[i].isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
                codepoint = QChar::surrogateToUcs4(text[i], text[i + 1]);
                ++i;
            }
            m_out += QByteArray::number(quint32(codepoint));
        }
        m_out += "]}";
    }

    void timestamp(qint64 nanoseconds)
    {
        if (!m_typed && nanoseconds != NotATime) {
            telling("datetime", jsonString(pythonIsoTimestamp(nanoseconds)));
            return;
        }
        open("ns");
        const QByteArray digits = QByteArray::number(nanoseconds);
        m_out += nanoseconds >= -LargestPlain && nanoseconds <= LargestPlain ? digits : '"' + digits + '"';
        m_out += m_indent < 0 ? ",\"iso\"" : ", \"iso\"";
        colon();
        m_out += jsonString(isoTimestamp(nanoseconds)) + '}';
    }

    void tag(const Value &value)
    {
        if (const auto told = toldTag(value)) {
            telling(told->name, jsonString(told->text));
            return;
        }
        open("tag");
        const quint64 number = value.tagNumber();
        write(number <= quint64(LargestPlain) ? Value::integer(qint64(number))
                                              : Value::text(QString::number(number)));
        m_out += m_indent < 0 ? ",\"value\"" : ", \"value\"";
        colon();
        write(value.items().front());
        m_out += '}';
    }

    void opaque(const Value &value)
    {
        if (!hasOpaqueForm(value)) {
            open("opaque");
            write(value.toText().isEmpty() ? Value() : Value::text(value.toText()));
            next("parts");
            pairs(value.members());
            m_out += '}';
            return;
        }
        const bool named = !value.toText().isEmpty();
        if (named) {
            open(CallName);
            m_out += jsonString(value.toText());
        } else {
            m_out += '{';
        }
        bool first = !named;
        for (const Member &part : value.members()) {
            if (!first)
                m_out += m_indent < 0 ? "," : ", ";
            first = false;
            m_out += jsonString(part.key.toText());
            colon();
            if (!named && part.key.toText() == QLatin1String("buffer"))
                m_out += '"' + part.value.toBytes().toHex() + '"'; // told by the name already
            else
                write(part.value);
        }
        m_out += '}';
    }

    // What the FlatBuffers codec knows of a value; false where that is nothing to be told.
    bool writeFlat(const Value &value, quint32 kind)
    {
        const QByteArray &spelling = value.style().spelling;
        switch (kind) {
        case FlatTable:
            if (value.kind() != Value::Kind::Map)
                return false;
            table(value, FlatTableStyle::unpacked(spelling));
            return true;
        case FlatStruct:
            if (value.kind() != Value::Kind::Map)
                return false;
            open("$struct");
            m_out += jsonString(QString::fromUtf8(spelling));
            next("fields");
            fields(value.members());
            m_out += '}';
            return true;
        case FlatEnum:
            open("enum");
            m_out += spelling.isEmpty() ? QByteArray("null") : jsonString(QString::fromUtf8(spelling));
            next("value");
            integer(value);
            m_out += '}';
            return true;
        case FlatFlags:
            flags(value, spelling);
            return true;
        case FlatByteVector: {
            const QByteArray &bytes = value.toBytes();
            sequence(bytes, [this](char byte) { m_out += QByteArray::number(quint8(byte)); });
            return true;
        }
        case FlatDamaged:
            open("hex");
            m_out += '"' + value.toBytes().toHex() + '"';
            next("error");
            m_out += jsonString(QString::fromUtf8(spelling)) + '}';
            return true;
        default:
            return false;
        }
    }

    void next(const char *name)
    {
        m_out += m_indent < 0 ? ",\"" : ", \"";
        m_out += name;
        m_out += '"';
        colon();
    }

    void fields(const MemberList &members)
    {
        // Absent ones only where a reader gets something in their place.
        std::vector<const Member *> shown;
        for (const Member &member : members) {
            if (!isAbsent(member.value) || !member.value.isNull() || flatKind(member.value) == FlatOptional)
                shown.push_back(&member);
        }
        sequence(
            shown,
            [this](const Member *member) {
                m_out += jsonString(member->key.toText());
                colon();
                write(member->value);
            },
            '{', '}');
    }

    void table(const Value &value, const FlatTableStyle &style)
    {
        if (style.nestedBytes) {
            open("hex");
            m_out += '"' + style.nestedBytes->toHex() + '"';
            next("nested");
        }
        open("$table");
        m_out += jsonString(QString::fromUtf8(style.name));
        next("fields");
        fields(value.members());
        next("absent");
        m_out += '[';
        QByteArray separator;
        for (const Member &member : value.members()) {
            if (!isAbsent(member.value))
                continue;
            m_out += separator + jsonString(member.key.toText());
            separator = m_indent < 0 ? "," : ", ";
        }
        m_out += ']';
        if (!style.unknownFields.empty()) {
            next("unknown");
            sequence(style.unknownFields, [this](int id) { m_out += QByteArray::number(id); });
        }
        m_out += style.nestedBytes ? "}}" : "}";
    }

    void flags(const Value &value, const QByteArray &spelling)
    {
        QByteArray rest = "0";
        QByteArrayList names;
        for (const QByteArray &name : spelling.isEmpty() ? QByteArrayList() : spelling.split('|')) {
            if (name.front() >= '0' && name.front() <= '9')
                rest = name;
            else
                names += jsonString(QString::fromUtf8(name));
        }
        open("flags");
        m_out += '[' + names.join(m_indent < 0 ? "," : ", ") + ']';
        next("rest");
        write(*Value::integerFromText(QString::fromLatin1(rest)));
        next("value");
        integer(value);
        m_out += '}';
    }

    int m_indent;
    bool m_typed;
    int m_level = 0;
    QByteArray m_out;
};

} // namespace

QByteArray toNotation(const Value &value, int indent)
{
    Writer writer(indent, false);
    writer.write(value);
    return writer.take();
}

QByteArray toTypedNotation(const Value &value)
{
    Writer writer(-1, true);
    writer.write(value);
    return writer.take();
}

} // namespace slotscope::core
