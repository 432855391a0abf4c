// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/jsonlayout.h"

#include "core/value/jsonreader.h"

#include <QHash>

namespace slotscope::core::json {

namespace {

// The blanks at the end of a text, behind its last line break.
QByteArray lastLine(const QByteArray &text)
{
    return text.mid(text.lastIndexOf('\n') + 1);
}

// Which child each one was when it was read; -1: it is new.
std::vector<qsizetype> formerPositions(const Value &value, bool object, QByteArrayView places)
{
    QHash<qint64, qsizetype> known;
    const QList<qint64> offsets = jsonPlaces(places);
    for (qsizetype i = 0; i < offsets.size(); ++i)
        known.insert(offsets[i], object ? i / 2 : i);
    const auto positionOf = [&known](const Value &part) {
        return part.source().offset < 0 ? -1 : known.value(part.source().offset, -1);
    };
    std::vector<qsizetype> former;
    for (const Value &item : value.items())
        former.push_back(positionOf(item));
    for (const Member &member : value.members()) {
        const qsizetype byName = positionOf(member.key);
        former.push_back(byName >= 0 ? byName : positionOf(member.value));
    }
    // One that was changed stands between the same neighbours.
    const qsizetype count = object ? offsets.size() / 2 : offsets.size();
    for (size_t i = 0; i < former.size(); ++i) {
        const qsizetype before = i == 0 ? -1 : former[i - 1];
        const qsizetype behind = i + 1 == former.size() ? count : former[i + 1];
        if (former[i] < 0 && (i == 0 || before >= 0) && behind == before + 2)
            former[i] = before + 1;
    }
    return former;
}

} // namespace

Frame::Frame(const Value &value, const Layout &around)
    : m_object(value.kind() == Value::Kind::Map)
    , m_count(m_object ? value.members().size() : value.items().size())
    , m_open(1, m_object ? '{' : '[')
    , m_close(1, m_object ? '}' : ']')
{
    const Value::Style &style = value.style();
    if (!(style.flags & JsonStyle) || style.spelling.isEmpty()) {
        follow(around);
        return;
    }
    const auto [skeleton, places] = jsonSkeleton(style.spelling);
    const QList<QByteArray> pieces = skeleton.toByteArray().split(JsonPlaceholder);
    learn(pieces, around);
    if (size_t(pieces.size()) == parts() + 1)
        m_exact = pieces;
    else if (pieces.size() > 1 && m_count > 0)
        adapt(value, pieces, places);
}

// New, or empty without blanks.
void Frame::follow(const Layout &around)
{
    m_layout = around;
    if (!around.lines)
        return;
    m_layout.indent = around.indent + around.unit;
    m_layout.comma = ',' + around.lineBreak + m_layout.indent;
    if (m_count > 0) {
        m_open += around.lineBreak + m_layout.indent;
        m_close.prepend(around.lineBreak + around.indent);
    }
}

// From what was around the children before. It begins and ends as before, and goes on as in front of the
// second child.
void Frame::learn(const QList<QByteArray> &pieces, const Layout &around)
{
    if (pieces.size() == 1) { // was empty, with blanks
        follow(around);
        const qsizetype bracket = pieces[0].indexOf(m_open[0]);
        m_open.prepend(pieces[0].left(bracket));
        m_close += pieces[0].mid(pieces[0].lastIndexOf(m_close.back()) + 1);
        if (m_count == 0)
            m_exact = pieces;
        return;
    }
    m_open = pieces.front();
    m_close = pieces.back();
    const qsizetype bracket = m_open.indexOf(m_object ? '{' : '[');
    const QByteArray inside = m_open.mid(bracket + 1);
    const qsizetype end = m_close.lastIndexOf(m_object ? '}' : ']');
    if (m_object)
        m_layout.colon = pieces[1];
    else if (around.colon.size() > 1)
        m_layout.colon = around.colon;
    const qsizetype second = m_object ? 2 : 1;
    if (pieces.size() > second + 1)
        m_layout.comma = pieces[second];
    else if (!inside.isEmpty())
        m_layout.comma = ',' + inside;
    else if (m_object) // a blank behind the colon goes with one behind the comma
        m_layout.comma = m_layout.colon.endsWith(' ') ? QByteArrayLiteral(", ") : QByteArrayLiteral(",");
    else if (!around.lines)
        m_layout.comma = around.comma;
    if (m_count == 0) {
        m_open.truncate(bracket + 1);
        m_close.remove(0, end);
    }
    if (!inside.contains('\n'))
        return;
    m_layout.lines = true;
    m_layout.indent = lastLine(inside);
    m_layout.lineBreak = inside.chopped(m_layout.indent.size());
    const QByteArray outer = lastLine(pieces.back().left(end));
    m_layout.unit = m_layout.indent.startsWith(outer) ? m_layout.indent.mid(outer.size()) : m_layout.indent;
}

void Frame::adapt(const Value &value, const QList<QByteArray> &pieces, QByteArrayView places)
{
    const std::vector<qsizetype> former = formerPositions(value, m_object, places);
    const qsizetype step = m_object ? 2 : 1;
    m_exact.append(m_open);
    for (size_t i = 0; i < former.size(); ++i) {
        if (i > 0)
            m_exact.append(former[i] > 0 ? pieces[former[i] * step] : m_layout.comma);
        if (m_object)
            m_exact.append(former[i] >= 0 ? pieces[former[i] * step + 1] : m_layout.colon);
    }
    m_exact.append(m_close);
}

QByteArray Frame::piece(size_t n) const
{
    if (!m_exact.isEmpty())
        return m_exact[qsizetype(n)];
    if (m_count == 0)
        return m_open + m_close;
    if (n == 0)
        return m_open;
    if (n == parts())
        return m_close;
    return m_object && n % 2 == 1 ? m_layout.colon : m_layout.comma;
}

} // namespace slotscope::core::json
