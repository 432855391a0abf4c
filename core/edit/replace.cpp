// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/replace.h"

#include "core/value/valuetext.h"

namespace slotscope::core {

Replacer::Replacer(ReplaceQuery query)
    : m_query(std::move(query))
{
    if (m_query.find.isEmpty() && m_query.mode != ReplaceQuery::Mode::WholeCell) {
        m_problem = QStringLiteral("nothing to find");
        return;
    }
    QString pattern = m_query.mode == ReplaceQuery::Mode::Expression
        ? m_query.find
        : QRegularExpression::escape(m_query.find);
    if (m_query.mode == ReplaceQuery::Mode::WholeCell)
        pattern = QRegularExpression::anchoredPattern(pattern);
    QRegularExpression::PatternOptions options = QRegularExpression::UseUnicodePropertiesOption;
    if (!m_query.matchCase)
        options |= QRegularExpression::CaseInsensitiveOption;
    if (m_query.mode != ReplaceQuery::Mode::Expression)
        options |= QRegularExpression::DotMatchesEverythingOption;
    m_expression = QRegularExpression(pattern, options);
    if (!m_expression.isValid()) {
        m_problem = QStringLiteral("%1 (at character %2 of the expression)")
                        .arg(m_expression.errorString())
                        .arg(m_expression.patternErrorOffset() + 1);
        return;
    }
    m_expression.optimize();
    takeReplacement();
}

void Replacer::takeReplacement()
{
    if (m_query.mode != ReplaceQuery::Mode::Expression) {
        m_pieces.push_back({m_query.replacement});
        return;
    }
    const QString &text = m_query.replacement;
    QString literal;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const bool marks = text[i] == QLatin1Char('\\') || text[i] == QLatin1Char('$');
        const QChar next = marks && i + 1 < text.size() ? text[i + 1] : QChar();
        if (marks && next >= QLatin1Char('0') && next <= QLatin1Char('9')) {
            const int group = next.unicode() - '0';
            if (group > m_expression.captureCount()) {
                m_problem = QStringLiteral("the expression has no group %1").arg(group);
                return;
            }
            m_pieces.push_back({std::exchange(literal, {})});
            m_pieces.push_back({{}, group});
            ++i;
        } else if (marks && next == text[i]) {
            literal += next;
            ++i;
        } else {
            literal += text[i];
        }
    }
    m_pieces.push_back({literal});
}

QString Replacer::substitute(const QRegularExpressionMatch &match) const
{
    QString text;
    for (const Piece &piece : m_pieces)
        text += piece.group < 0 ? piece.text : match.captured(piece.group);
    return text;
}

std::optional<QString> Replacer::replaced(const QString &text) const
{
    if (!m_problem.isEmpty())
        return std::nullopt;
    QString result;
    qsizetype from = 0;
    bool hit = false;
    auto it = m_expression.globalMatch(text);
    while (it.hasNext()) {
        const QRegularExpressionMatch match = it.next();
        hit = true;
        result += QStringView(text).sliced(from, match.capturedStart() - from);
        result += substitute(match);
        from = match.capturedEnd();
    }
    if (!hit)
        return std::nullopt;
    result += QStringView(text).sliced(from);
    return result;
}

CellEdit Replacer::edit(quint32 kinds) const
{
    return [replacer = *this, kinds](const StagedRow &, const ValuePath &,
                                     const Value *cell) -> Expected<CellOutcome, QString> {
        const bool isEmpty = !cell || cell->isNull();
        // Cells without content are meant only by who looks for just these.
        if (isEmpty && !replacer.m_query.find.isEmpty())
            return CellOutcome::leave();
        const auto text = replacer.replaced(cell ? editText(*cell) : QString());
        if (!text)
            return CellOutcome::leave();
        auto value = parseCell(cell, *text, kinds);
        if (!value)
            return Unexpected {value.error()};
        return CellOutcome::set(*std::move(value));
    };
}

} // namespace slotscope::core
