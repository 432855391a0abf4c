// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/prettytext.h"

#include "core/value/notation.h"
#include "core/value/valuetext.h"

#include <QSet>

#include <cmath>

namespace slotscope::ui {

using core::Value;

namespace {

constexpr qsizetype IndentWidth = 2;

// Whether every key is text and none comes twice.
bool hasPlainKeys(const core::MemberList &members)
{
    QSet<QString> seen;
    for (const core::Member &member : members) {
        const QString &key = member.key.toText();
        if (member.key.kind() != Value::Kind::Text || !QStringView(key).isValidUtf16() || seen.contains(key))
            return false;
        seen.insert(key);
    }
    return true;
}

class Writer
{
public:
    explicit Writer(const Value *wanted = nullptr)
        : m_wanted(wanted)
    {
    }

    void write(const Value &value)
    {
        if (&value == m_wanted)
            m_begin = m_out.size();
        writeAny(value);
        if (&value == m_wanted)
            m_end = m_out.size();
    }
    QByteArray take() { return std::move(m_out); }
    TextRange wanted() const { return {m_begin, m_end - m_begin}; }

private:
    void writeAny(const Value &value)
    {
        switch (value.kind()) {
        case Value::Kind::Float:
            number(value);
            break;
        case Value::Kind::Array:
            items(value, {});
            break;
        case Value::Kind::Tuple:
            items(value, "\"tuple\": ");
            break;
        case Value::Kind::Set:
            // Some sets have other names; the notation knows them.
            m_out += core::toNotation(value);
            break;
        case Value::Kind::Tag:
            m_out += "{\"tag\": " + QByteArray::number(value.tagNumber()) + ", \"value\": ";
            write(value.items().front());
            m_out += '}';
            break;
        case Value::Kind::Map:
            map(value);
            break;
        default:
            m_out += core::toNotation(value);
        }
    }

    void line() { m_out += '\n' + QByteArray(IndentWidth * m_level, ' '); }

    void number(const Value &value)
    {
        const QByteArray text = core::editText(value).toLatin1();
        const bool looksLikeFloat = text.contains('.') || text.contains('e');
        m_out += std::isfinite(value.toDouble()) && looksLikeFloat ? text : core::toNotation(value);
    }

    void items(const Value &value, const QByteArray &name)
    {
        m_out += name.isEmpty() ? QByteArray() : '{' + name;
        m_out += '[';
        ++m_level;
        bool first = true;
        for (const Value &item : value.items()) {
            m_out += first ? "" : ",";
            first = false;
            line();
            write(item);
        }
        --m_level;
        if (!first)
            line();
        m_out += name.isEmpty() ? "]" : "]}";
    }

    void map(const Value &value)
    {
        const core::MemberList &members = value.members();
        const bool plain = hasPlainKeys(members) && !core::isTelling(members);
        m_out += plain ? "{" : "{\"map\": [";
        ++m_level;
        bool first = true;
        for (const core::Member &member : members) {
            m_out += first ? "" : ",";
            first = false;
            line();
            m_out += (plain ? QByteArray() : QByteArray("[")) + core::toNotation(member.key)
                + (plain ? ": " : ", ");
            write(member.value);
            m_out += plain ? "" : "]";
        }
        --m_level;
        if (!first)
            line();
        m_out += plain ? "}" : "]}";
    }

    QByteArray m_out;
    int m_level = 0;
    const Value *m_wanted; // a node of the tree itself
    qint64 m_begin = -1;
    qint64 m_end = -1;
};

} // namespace

QByteArray prettyText(const Value &value)
{
    Writer writer;
    writer.write(value);
    return writer.take();
}

TextRange prettyRange(const Value &root, const core::ValuePath &path)
{
    // What stands inside of a set or the like is marked with all of it.
    for (core::ValuePath at = path; !at.isEmpty(); at = at.parent()) {
        const Value *node = at.find(root);
        if (!node)
            continue;
        Writer writer(node);
        writer.write(root);
        if (writer.wanted().offset >= 0)
            return writer.wanted();
    }
    return {};
}

} // namespace slotscope::ui
