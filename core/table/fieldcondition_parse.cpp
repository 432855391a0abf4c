// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/columnfilter.h"
#include "core/table/fieldconditionnode.h"

#include <algorithm>
#include <array>

namespace slotscope::core {

namespace {

using Node = FieldCondition::Node;

constexpr int MostDepth = 64; // of parentheses and nots, so that nobody's text exhausts the stack

bool endsName(QChar c)
{
    return c.isSpace() || QStringView(u"=<>~!()").contains(c);
}

bool isWordOfTheLanguage(QStringView word)
{
    static constexpr std::array<QStringView, 5> words {u"and", u"or", u"not", u"is", u"contains"};
    return std::any_of(words.begin(), words.end(),
                       [word](QStringView w) { return word.compare(w, Qt::CaseInsensitive) == 0; });
}

// By recursive descent: or, and, not, one comparison.
class Parser
{
public:
    explicit Parser(const QString &text)
        : m_text(text)
    {
    }

    Expected<Node, FieldConditionError> parse()
    {
        auto root = either(0);
        if (root) {
            skipBlanks();
            if (m_at < m_text.size())
                root = refuse(m_at,
                              m_text[m_at] == QLatin1Char(')')
                                  ? "there is no opening parenthesis for this one"
                                  : "expected and, or, or the end; a text with blanks is put in quotes");
        }
        if (!root)
            return Unexpected {m_error};
        return *std::move(root);
    }

private:
    std::optional<Node> either(int depth) { return joined(Node::Kind::Or, depth); }

    std::optional<Node> joined(Node::Kind kind, int depth)
    {
        const bool outer = kind == Node::Kind::Or;
        Node node;
        node.kind = kind;
        do {
            auto part = outer ? joined(Node::Kind::And, depth) : single(depth);
            if (!part)
                return std::nullopt;
            node.parts.push_back(*std::move(part));
        } while (acceptWord(outer ? u"or" : u"and"));
        if (node.parts.size() > 1)
            return node;
        Node only = std::move(node.parts.front());
        return only;
    }

    std::optional<Node> single(int depth)
    {
        skipBlanks();
        if (depth > MostDepth)
            return refuse(m_at, "nested too deep");
        if (acceptWord(u"not")) {
            auto part = single(depth + 1);
            if (!part)
                return std::nullopt;
            return negated(*std::move(part));
        }
        const qsizetype start = m_at;
        if (!accept(u"("))
            return comparison();
        auto part = either(depth + 1);
        if (!part)
            return std::nullopt;
        skipBlanks();
        if (!accept(u")")) {
            if (m_at == m_text.size())
                return refuse(start, "there is no closing parenthesis for this one");
            return refuse(m_at,
                          "expected and, or, or a closing parenthesis; a text with blanks is put in quotes");
        }
        return part;
    }

    static Node negated(Node part)
    {
        Node node;
        node.kind = Node::Kind::Not;
        node.parts.push_back(std::move(part));
        return node;
    }

    std::optional<Node> comparison()
    {
        Node node;
        if (!path(&node))
            return std::nullopt;
        skipBlanks();
        struct Sign
        {
            QStringView sign;
            Node::Kind kind;
        };
        static constexpr std::array<Sign, 9> signs {{
            {u"==", Node::Kind::Equal},
            {u"=", Node::Kind::Equal},
            {u"<>", Node::Kind::Different},
            {u"!=", Node::Kind::Different},
            {u"<=", Node::Kind::LessOrEqual},
            {u"<", Node::Kind::Less},
            {u">=", Node::Kind::GreaterOrEqual},
            {u">", Node::Kind::Greater},
            {u"~", Node::Kind::Matches},
        }};
        const auto sign =
            std::find_if(signs.begin(), signs.end(), [this](const Sign &s) { return accept(s.sign); });
        if (sign != signs.end()) {
            node.kind = sign->kind;
            const bool done = node.kind == Node::Kind::Matches ? expression(&node) : operand(&node);
            return done ? std::optional(std::move(node)) : std::nullopt;
        }
        if (acceptWord(u"contains")) {
            node.kind = Node::Kind::Contains;
            return operand(&node) ? std::optional(std::move(node)) : std::nullopt;
        }
        if (acceptWord(u"is")) {
            const bool negative = acceptWord(u"not");
            if (acceptWord(u"null"))
                node.kind = Node::Kind::IsNull;
            else if (acceptWord(u"absent"))
                node.kind = Node::Kind::IsAbsent;
            else
                return refuse(m_at, "expected null or absent");
            return negative ? negated(std::move(node)) : std::move(node);
        }
        return refuse(m_at, "expected one of = <> < <= > >= ~ contains, is null, is absent");
    }

    // The slice of a path, which ValuePath reads.
    bool path(Node *node)
    {
        const qsizetype start = m_at;
        while (m_at < m_text.size() && !endsName(m_text[m_at])) {
            if (m_text[m_at] == QLatin1Char('"')) {
                for (++m_at; m_at < m_text.size() && m_text[m_at] != QLatin1Char('"'); ++m_at) {
                    if (m_text[m_at] == QLatin1Char('\\'))
                        ++m_at;
                }
            }
            ++m_at;
        }
        m_at = std::min(m_at, m_text.size());
        const QString name = m_text.mid(start, m_at - start);
        if (name.isEmpty())
            return fail(start, "expected the name of a field");
        if (isWordOfTheLanguage(name))
            return fail(start, "expected the name of a field; one of this name is put in double quotes");
        const auto read = ValuePath::parse(name);
        if (!read)
            return fail(start, read.error());
        node->path = *read;
        const QStringView first = QStringView(name).left(
            std::find_if(name.begin(), name.end(),
                         [](QChar c) { return c == QLatin1Char('.') || c == QLatin1Char('['); })
            - name.begin());
        if (first == u"key") {
            node->root = Node::Root::Key;
            node->path = ValuePath({read->steps().begin() + 1, read->steps().end()});
        } else if (first == u"value") {
            node->root = Node::Root::ValueOrField;
        } else if (const Column::Meta meta = metaOfConditionName(name); meta != Column::Meta::None) {
            node->root = Node::Root::Etcd;
            node->meta = meta;
            node->path = {};
        }
        return true;
    }

    // A literal, or two with `..` between them, of which one may be left out.
    bool operand(Node *node)
    {
        skipBlanks();
        const qsizetype start = m_at;
        if (!accept(u"..")) {
            node->literal = literal();
            if (!node->literal)
                return false;
            const qsizetype end = m_at;
            skipBlanks();
            if (!accept(u"..")) {
                m_at = end;
                return true;
            }
        }
        if (node->kind != Node::Kind::Equal && node->kind != Node::Kind::Different)
            return fail(start, "a range a..b goes with = and <> only");
        node->kind = node->kind == Node::Kind::Equal ? Node::Kind::Range : Node::Kind::OutOfRange;
        skipBlanks();
        const bool open =
            m_at == m_text.size() || m_text[m_at] == QLatin1Char(')') || isWord(u"and") || isWord(u"or");
        if (open)
            return node->literal || fail(start, "a range wants at least one end");
        node->upper = literal();
        return node->upper.has_value();
    }

    std::optional<FieldLiteral> literal()
    {
        const qsizetype start = m_at;
        if (m_at < m_text.size() && (m_text[m_at] == QLatin1Char('"') || m_text[m_at] == QLatin1Char('\'')))
            return quoted();
        while (m_at < m_text.size() && !endsName(m_text[m_at])
               && !m_text.mid(m_at).startsWith(QLatin1String("..")))
            ++m_at;
        if (m_at == start) {
            refuse(start, "expected a number, a word, a date or a 'text'");
            return std::nullopt;
        }
        if (m_at < m_text.size() && !m_text[m_at].isSpace() && m_text[m_at] != QLatin1Char(')')
            && m_text[m_at] != QLatin1Char('.')) {
            refuse(start, "a text with this in it is put in quotes");
            return std::nullopt;
        }
        return FieldLiteral(m_text.mid(start, m_at - start), false);
    }

    // A backslash takes the next character as it is.
    std::optional<FieldLiteral> quoted()
    {
        const qsizetype start = m_at;
        const QChar quote = m_text[m_at++];
        QString text;
        while (m_at < m_text.size() && m_text[m_at] != quote) {
            if (m_text[m_at] == QLatin1Char('\\') && m_at + 1 < m_text.size())
                ++m_at;
            text += m_text[m_at++];
        }
        if (m_at == m_text.size()) {
            refuse(start, "there is no closing quote for this one");
            return std::nullopt;
        }
        ++m_at;
        return FieldLiteral(text, true);
    }

    bool expression(Node *node)
    {
        skipBlanks();
        const qsizetype start = m_at;
        if (!accept(u"/"))
            return fail(start, "expected a regular expression between slashes: /…/");
        QString pattern;
        while (m_at < m_text.size() && m_text[m_at] != QLatin1Char('/')) {
            if (m_text[m_at] == QLatin1Char('\\') && m_at + 1 < m_text.size()) {
                if (m_text[m_at + 1] != QLatin1Char('/'))
                    pattern += m_text[m_at];
                ++m_at;
            }
            pattern += m_text[m_at++];
        }
        if (!accept(u"/"))
            return fail(start, "there is no closing slash for this one");
        QRegularExpression::PatternOptions options = QRegularExpression::UseUnicodePropertiesOption;
        for (; m_at < m_text.size() && m_text[m_at].isLetter(); ++m_at) {
            if (m_text[m_at] == QLatin1Char('i'))
                options |= QRegularExpression::CaseInsensitiveOption;
            else if (m_text[m_at] == QLatin1Char('s'))
                options |= QRegularExpression::DotMatchesEverythingOption;
            else
                return fail(m_at,
                            "behind a regular expression stands i (any case), s (. is every character) "
                            "or nothing");
        }
        auto read = TextPattern::read(pattern, options);
        if (!read)
            return fail(start + 1 + read.error().offset,
                        QStringLiteral("in the regular expression: %1").arg(read.error().what));
        node->expression = std::make_shared<const TextPattern>(*std::move(read));
        return true;
    }

    void skipBlanks()
    {
        while (m_at < m_text.size() && m_text[m_at].isSpace())
            ++m_at;
    }

    bool accept(QStringView sign)
    {
        if (!QStringView(m_text).mid(m_at).startsWith(sign))
            return false;
        m_at += sign.size();
        return true;
    }

    bool isWord(QStringView word) const
    {
        const QStringView rest = QStringView(m_text).mid(m_at);
        return rest.startsWith(word, Qt::CaseInsensitive)
            && (rest.size() == word.size() || endsName(rest[word.size()]));
    }

    bool acceptWord(QStringView word)
    {
        skipBlanks();
        if (!isWord(word))
            return false;
        m_at += word.size();
        return true;
    }

    bool fail(qsizetype offset, const QString &what)
    {
        m_error = {offset, what};
        return false;
    }
    bool fail(qsizetype offset, const char *what) { return fail(offset, QString::fromUtf8(what)); }
    std::nullopt_t refuse(qsizetype offset, const char *what)
    {
        fail(offset, what);
        return std::nullopt;
    }

    const QString &m_text;
    qsizetype m_at = 0;
    FieldConditionError m_error;
};

} // namespace

Expected<Node, FieldConditionError> parseFieldCondition(const QString &text)
{
    return Parser(text).parse();
}

} // namespace slotscope::core
