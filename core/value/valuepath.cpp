// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/valuepath.h"

#include "core/value/jsonreader.h"
#include "core/value/notation.h"
#include "core/value/valueedit.h"

#include <QStringList>

#include <algorithm>

namespace slotscope::core {

namespace {

bool isPlainName(const QString &name)
{
    if (name.isEmpty())
        return false;
    return std::none_of(name.begin(), name.end(), [](QChar c) {
        return c == QLatin1Char('.') || c == QLatin1Char('[') || c == QLatin1Char(']')
            || c == QLatin1Char('"') || c == QLatin1Char('\'') || c == QLatin1Char('#')
            || c == QLatin1Char('{') || c.unicode() < 0x20;
    });
}

QString notationText(const Value &value)
{
    return QString::fromUtf8(toNotation(value));
}

// Half of a surrogate pair has no place in UTF-8: as an escape.
QString quotedName(const QString &name)
{
    return QString::fromUtf8(name.isValidUtf16() ? jsonString(name) : asciiJsonString(name));
}

const Value *childAt(const Value &parent, const PathStep &step)
{
    const qsizetype i = positionOf(parent, step);
    if (i < 0)
        return nullptr;
    return step.key ? &parent.members()[size_t(i)].value : &parent.items()[size_t(i)];
}

QString missing(const std::vector<PathStep> &steps, size_t depth)
{
    const ValuePath upTo({steps.begin(), steps.begin() + ptrdiff_t(depth) + 1});
    return QStringLiteral("there is nothing at %1").arg(upTo.toString());
}

// Puts `leaf` (nothing: removes) at the end of steps[depth…]. Depth is bounded by the steps given.
Expected<Value, QString> rebuilt(const Value &node, const std::vector<PathStep> &steps, size_t depth,
                                 const std::optional<Value> &leaf)
{
    if (depth == steps.size())
        return *leaf;
    const PathStep &step = steps[depth];
    const bool last = depth + 1 == steps.size();
    const Value *child = childAt(node, step);
    if (!child) {
        if (!last || !leaf || !step.key || node.kind() != Value::Kind::Map)
            return Unexpected {missing(steps, depth)};
        MemberList members = node.members();
        members.push_back({*step.key, *leaf});
        return withMembers(node, std::move(members));
    }
    std::optional<Value> replacement;
    if (!last || leaf) {
        auto inner = rebuilt(*child, steps, depth + 1, leaf);
        if (!inner)
            return inner;
        replacement = *std::move(inner);
    }
    if (step.key) {
        MemberList members = node.members();
        const auto at = members.begin() + positionOf(node, step);
        if (replacement)
            at->value = *std::move(replacement);
        else
            members.erase(at);
        return withMembers(node, std::move(members));
    }
    if (!replacement && node.kind() == Value::Kind::Tag)
        return Unexpected {QStringLiteral("the content of a tag cannot be removed")};
    ValueList items = node.items();
    if (replacement)
        items[size_t(step.index)] = *std::move(replacement);
    else
        items.erase(items.begin() + step.index);
    return withItems(node, std::move(items));
}

// Reads one bracket or dot step at a time.
class PathParser
{
public:
    explicit PathParser(const QString &text)
        : m_text(text)
    {
    }

    Expected<std::vector<PathStep>, QString> parse()
    {
        std::vector<PathStep> steps;
        while (m_at < m_text.size()) {
            if (m_text[m_at] == QLatin1Char('[')) {
                if (auto step = bracket())
                    steps.push_back(*step);
                else
                    return Unexpected {m_error};
            } else {
                if (!steps.empty() && m_text[m_at] != QLatin1Char('.'))
                    return Unexpected {error("expected . or [")};
                if (!steps.empty())
                    ++m_at;
                if (auto step = name())
                    steps.push_back(*step);
                else
                    return Unexpected {m_error};
            }
        }
        return steps;
    }

private:
    QString error(const char *what)
    {
        m_error = QStringLiteral("%1 at character %2 of the path").arg(QLatin1String(what)).arg(m_at + 1);
        return m_error;
    }

    // Which of several members with the same key: `#2` is the second.
    PathStep withOrdinal(Value key)
    {
        PathStep step = PathStep::member(std::move(key));
        if (m_at < m_text.size() && m_text[m_at] == QLatin1Char('#')) {
            const qsizetype start = ++m_at;
            while (m_at < m_text.size() && m_text[m_at].isDigit())
                ++m_at;
            step.index = std::max(m_text.mid(start, m_at - start).toInt() - 1, 0);
        }
        return step;
    }

    std::optional<PathStep> name()
    {
        if (m_at < m_text.size() && m_text[m_at] == QLatin1Char('"'))
            return quoted();
        const qsizetype start = m_at;
        while (m_at < m_text.size() && isPlainName(m_text.mid(m_at, 1)))
            ++m_at;
        if (m_at == start) {
            error("expected a name");
            return std::nullopt;
        }
        return withOrdinal(Value::text(m_text.mid(start, m_at - start)));
    }

    // A JSON string.
    std::optional<PathStep> quoted()
    {
        qsizetype end = m_at + 1;
        while (end < m_text.size() && m_text[end] != QLatin1Char('"'))
            end += m_text[end] == QLatin1Char('\\') ? 2 : 1;
        if (end >= m_text.size()) {
            error("no closing quote for the one");
            return std::nullopt;
        }
        const auto key = fromNotation(m_text.mid(m_at, end - m_at + 1).toUtf8());
        if (!key || key->kind() != Value::Kind::Text) {
            error("not a quoted name");
            return std::nullopt;
        }
        m_at = end + 1;
        return withOrdinal(*key);
    }

    // `[0]` an item, `{7}` an integer key.
    std::optional<PathStep> bracket()
    {
        const qsizetype end = m_text.indexOf(QLatin1Char(']'), m_at);
        if (end < 0) {
            error("no closing bracket for the one");
            return std::nullopt;
        }
        const QString inside = m_text.mid(m_at + 1, end - m_at - 1);
        if (inside.startsWith(QLatin1Char('{')) && inside.endsWith(QLatin1Char('}'))) {
            const auto key = Value::integerFromText(QStringView(inside).mid(1, inside.size() - 2));
            if (!key) {
                error("not a whole number in the braces");
                return std::nullopt;
            }
            m_at = end + 1;
            return withOrdinal(*key);
        }
        bool fits = false;
        const qlonglong index = inside.toLongLong(&fits);
        if (!fits || index < 0) {
            error("not the number of an item in the brackets");
            return std::nullopt;
        }
        m_at = end + 1;
        return PathStep::item(qsizetype(index));
    }

    const QString &m_text;
    qsizetype m_at = 0;
    QString m_error;
};

} // namespace

ValuePath ValuePath::fields(const QStringList &names)
{
    std::vector<PathStep> steps;
    for (const QString &name : names)
        steps.push_back(PathStep::field(name));
    return ValuePath(std::move(steps));
}

ValuePath ValuePath::child(PathStep step) const
{
    std::vector<PathStep> steps = m_steps;
    steps.push_back(std::move(step));
    return ValuePath(std::move(steps));
}

ValuePath ValuePath::parent() const
{
    if (m_steps.empty())
        return {};
    return ValuePath({m_steps.begin(), m_steps.end() - 1});
}

QString ValuePath::toString() const
{
    QString text;
    for (const PathStep &step : m_steps) {
        if (!step.key) {
            text += QStringLiteral("[%1]").arg(step.index);
            continue;
        }
        if (step.key->kind() == Value::Kind::Text) {
            if (!text.isEmpty())
                text += QLatin1Char('.');
            const QString &name = step.key->toText();
            text += isPlainName(name) ? name : quotedName(name);
        } else {
            const bool isInteger = step.key->kind() == Value::Kind::Integer;
            text +=
                QStringLiteral("[{%1}]").arg(isInteger ? step.key->integerText() : notationText(*step.key));
        }
        if (step.index > 0)
            text += QStringLiteral("#%1").arg(step.index + 1);
    }
    return text;
}

Expected<ValuePath, QString> ValuePath::parse(const QString &text)
{
    auto steps = PathParser(text).parse();
    if (!steps)
        return Unexpected {steps.error()};
    return ValuePath(*std::move(steps));
}

const Value *ValuePath::find(const Value &root) const
{
    const Value *node = &root;
    for (const PathStep &step : m_steps) {
        node = childAt(*node, step);
        if (!node)
            return nullptr;
    }
    return node;
}

Expected<Value, QString> replaced(const Value &root, const ValuePath &path, const Value &value)
{
    return rebuilt(root, path.steps(), 0, value);
}

Expected<Value, QString> removed(const Value &root, const ValuePath &path)
{
    if (path.isEmpty())
        return Unexpected {QStringLiteral("the whole value cannot be removed from itself")};
    return rebuilt(root, path.steps(), 0, std::nullopt);
}

} // namespace slotscope::core
