// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/columnfilter.h"

#include "core/table/fieldliteral.h"
#include "core/value/jsonreader.h"
#include "core/value/recordstyle.h"
#include "core/value/valuetext.h"

#include <QRegularExpression>

#include <algorithm>
#include <array>

namespace slotscope::core {

namespace {

using Error = FieldConditionError;

constexpr QStringView Signs = u"=<>~!";

/// What all values of a column are, as far as its sample tells.
enum class Family { Any, Numbers, Truths, Times, Uuids, Lists };

bool isOnly(const Column &column, std::initializer_list<Value::Kind> kinds)
{
    quint32 bits = 0;
    for (const Value::Kind kind : kinds)
        bits |= Column::kindBit(kind);
    return column.kinds != 0 && (column.kinds & ~bits) == 0;
}

struct EtcdName
{
    Column::Meta meta;
    QLatin1String name;
};
constexpr std::array EtcdNames {
    EtcdName {Column::Meta::CreateRevision, QLatin1String("etcd.create_revision")},
    EtcdName {Column::Meta::ModRevision, QLatin1String("etcd.mod_revision")},
    EtcdName {Column::Meta::Version, QLatin1String("etcd.version")},
    EtcdName {Column::Meta::Lease, QLatin1String("etcd.lease")},
    EtcdName {Column::Meta::Size, QLatin1String("etcd.size")},
};

Family familyOf(const Column &column)
{
    if (column.group == Column::Group::Meta)
        return Family::Numbers;
    const auto only = [&column](std::initializer_list<Value::Kind> kinds) { return isOnly(column, kinds); };
    if (only({Value::Kind::Integer, Value::Kind::Float, Value::Kind::Decimal}))
        return column.named ? Family::Any : Family::Numbers;
    if (only({Value::Kind::Bool}))
        return Family::Truths;
    if (only({Value::Kind::Timestamp}))
        return Family::Times;
    if (only({Value::Kind::Uuid}))
        return Family::Uuids;
    for (const Value::Kind kind : {Value::Kind::Array, Value::Kind::Tuple, Value::Kind::Set}) {
        if (column.has(kind))
            return Family::Lists;
    }
    return Family::Any;
}

bool isOf(Family family, const QString &literal)
{
    const FieldLiteral read(literal, false);
    switch (family) {
    case Family::Numbers:
        return read.compare(Value::number(0)).has_value() || literal == QLatin1String("NaN");
    case Family::Truths:
        return read.compare(Value::boolean(true)).has_value();
    case Family::Times:
        return read.compare(Value::timestamp(0)).has_value();
    case Family::Uuids: {
        static const QRegularExpression shape(QStringLiteral("^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$"),
                                              QRegularExpression::CaseInsensitiveOption);
        return shape.match(literal).hasMatch();
    }
    case Family::Any:
    case Family::Lists:
        break;
    }
    return true;
}

QString wantedOf(Family family)
{
    switch (family) {
    case Family::Numbers:
        return QStringLiteral("this column holds numbers, and this is none");
    case Family::Truths:
        return QStringLiteral("this column holds true and false");
    default:
        return QStringLiteral("this column holds times: 2024-01-31, or 2024-01-31T12:00");
    }
}

bool isWordAt(const QString &text, qsizetype at, QStringView word)
{
    const QStringView rest = QStringView(text).mid(at);
    return rest.startsWith(word, Qt::CaseInsensitive)
        && (rest.size() == word.size() || rest[word.size()].isSpace() || Signs.contains(rest[word.size()]));
}

qsizetype afterBlanks(const QString &text, qsizetype at)
{
    while (at < text.size() && text[at].isSpace())
        ++at;
    return at;
}

/// Behind a quoted text or an expression between slashes; the end where it is not closed.
qsizetype afterDelimited(const QString &text, qsizetype at)
{
    const QChar delimiter = text[at];
    for (++at; at < text.size() && text[at] != delimiter; ++at) {
        if (text[at] == QLatin1Char('\\'))
            ++at;
    }
    return std::min(at + 1, text.size());
}

/// A slash alone may begin a path.
bool isExpression(const QString &text)
{
    static const QRegularExpression shape(QStringLiteral("^/(?:[^/\\\\]|\\\\.)+/[is]*$"));
    return shape.match(text).hasMatch();
}

bool needsQuotes(const QString &text)
{
    return std::any_of(text.begin(), text.end(), [](QChar c) {
        return c.isSpace() || Signs.contains(c) || c == QLatin1Char('(') || c == QLatin1Char(')');
    });
}

bool isQuoted(const QString &text)
{
    return text.startsWith(QLatin1Char('"')) || text.startsWith(QLatin1Char('\''));
}

// One comparison after the other, each given to FieldCondition with the path in front of it.
class BoxReader
{
public:
    BoxReader(const Column &column, const QString &path, const QString &text)
        : m_column(column)
        , m_family(familyOf(column))
        , m_onlyLists(isOnly(column, {Value::Kind::Array, Value::Kind::Tuple, Value::Kind::Set}))
        , m_path(path)
        , m_text(text)
    {
    }

    Expected<QString, Error> read()
    {
        QString all;
        qsizetype at = 0;
        for (;;) {
            const qsizetype end = endOfPart(at);
            const auto part = translated(at, end);
            if (!part)
                return Unexpected {m_error};
            all += *part;
            if (end >= m_text.size())
                break;
            const QString word =
                isWordAt(m_text, end, u"and") ? QStringLiteral(" and ") : QStringLiteral(" or ");
            all += word;
            at = end + word.trimmed().size();
        }
        return all;
    }

private:
    /// Where `and` or `or` stands that a comparison follows; in other places it is part of a text.
    qsizetype endOfPart(qsizetype at) const
    {
        at = afterBlanks(m_text, at);
        bool blank = true; // before `at`
        while (at < m_text.size()) {
            const QChar c = m_text[at];
            if (blank && (c == QLatin1Char('"') || c == QLatin1Char('\'') || c == QLatin1Char('/'))) {
                at = afterDelimited(m_text, at);
                blank = false;
                continue;
            }
            for (const QStringView word : {QStringView(u"and"), QStringView(u"or")}) {
                if (blank && at > 0 && isWordAt(m_text, at, word)
                    && startsComparison(afterBlanks(m_text, at + word.size())))
                    return at;
            }
            blank = c.isSpace() || Signs.contains(c);
            ++at;
        }
        return m_text.size();
    }

    bool isTyped() const
    {
        return m_family == Family::Numbers || m_family == Family::Truths || m_family == Family::Times;
    }

    bool startsComparison(qsizetype at) const
    {
        if (at >= m_text.size())
            return false;
        if (isTyped())
            return true; // no such word is part of a number
        if (Signs.contains(m_text[at]) || m_text[at] == QLatin1Char('/') || m_text[at] == QLatin1Char('\'')
            || m_text[at] == QLatin1Char('"'))
            return true;
        if (isWordAt(m_text, at, u"not"))
            return startsComparison(afterBlanks(m_text, at + 3));
        return isWordAt(m_text, at, u"null") || isWordAt(m_text, at, u"absent")
            || isWordAt(m_text, at, u"contains");
    }

    std::optional<QString> translated(qsizetype at, qsizetype end)
    {
        at = afterBlanks(m_text, at);
        while (end > at && m_text[end - 1].isSpace())
            --end;
        const auto rest = [&] { return m_text.mid(at, end - at); };
        if (m_text.mid(at, 2) != QLatin1String("!=") && m_text.mid(at, 1) == QLatin1String("!")) {
            const auto part = translated(at + 1, end);
            return part ? std::optional(QStringLiteral("not ") + *part) : std::nullopt;
        }
        if (isWordAt(m_text, at, u"not") && at + 3 < end && startsComparison(afterBlanks(m_text, at + 3))) {
            const auto part = translated(at + 3, end);
            return part ? std::optional(QStringLiteral("not ") + *part) : std::nullopt;
        }
        static const QRegularExpression isNothing(QStringLiteral("^is\\s+(not\\s+)?(null|absent)$"),
                                                  QRegularExpression::CaseInsensitiveOption);
        if (isNothing.match(rest()).hasMatch())
            return checked(at, QStringLiteral(" "), rest());
        for (const QStringView word : {QStringView(u"null"), QStringView(u"absent")}) {
            if (rest().compare(word, Qt::CaseInsensitive) == 0)
                return checked(at, QStringLiteral(" is "), rest());
        }
        if (isWordAt(m_text, at, u"contains"))
            return contained(afterBlanks(m_text, at + 8), end);
        if (at < end && Signs.contains(m_text[at]))
            return compared(at, end);
        if (isExpression(rest()))
            return checked(at, QStringLiteral(" ~ "), rest());
        return plain(at, end);
    }

    std::optional<QString> compared(qsizetype at, qsizetype end)
    {
        const qsizetype start = at;
        while (at < end && Signs.contains(m_text[at]) && at - start < 2)
            ++at;
        const QString sign = m_text.mid(start, at - start);
        at = std::min(afterBlanks(m_text, at), end);
        if (sign == QLatin1String("~"))
            return checked(at, QStringLiteral(" ~ "), m_text.mid(at, end - at));
        static const std::array<QLatin1String, 8> known {
            QLatin1String("="), QLatin1String("=="), QLatin1String("<>"), QLatin1String("!="),
            QLatin1String("<"), QLatin1String("<="), QLatin1String(">"),  QLatin1String(">=")};
        if (std::find(known.begin(), known.end(), sign) == known.end())
            return fail(start, QStringLiteral("expected one of = <> < <= > >= ~"));
        if (m_onlyLists)
            return fail(start,
                        QStringLiteral("this column holds lists: write what an item contains, or /…/"));
        return operands(sign, at, end);
    }

    /// A literal or two ends of a range, put in quotes where they need it.
    std::optional<QString> operands(const QString &sign, qsizetype at, qsizetype end)
    {
        const qsizetype dots = dotsIn(at, end);
        if (dots < 0) {
            const auto only = operand(at, end);
            return only ? checked(at, QStringLiteral(" ") + sign + QLatin1Char(' '), *only) : std::nullopt;
        }
        std::array<QString, 2> ends;
        const std::array<std::pair<qsizetype, qsizetype>, 2> places {
            {{at, dots}, {std::min(afterBlanks(m_text, dots + 2), end), end}}};
        for (size_t i = 0; i < 2; ++i) {
            auto [from, to] = places[i];
            while (to > from && m_text[to - 1].isSpace())
                --to;
            if (from == to)
                continue;
            const auto one = operand(from, to);
            if (!one)
                return std::nullopt;
            ends[i] = *one;
        }
        return checked(at, QStringLiteral(" ") + sign + QLatin1Char(' '),
                       ends[0] + QLatin1String("..") + ends[1]);
    }

    qsizetype dotsIn(qsizetype at, qsizetype end) const
    {
        while (at + 1 < end) {
            if (m_text[at] == QLatin1Char('"') || m_text[at] == QLatin1Char('\'')) {
                at = afterDelimited(m_text, at);
                continue;
            }
            if (m_text[at] == QLatin1Char('.') && m_text[at + 1] == QLatin1Char('.'))
                return at;
            ++at;
        }
        return -1;
    }

    std::optional<QString> operand(qsizetype at, qsizetype end)
    {
        const QString text = m_text.mid(at, end - at);
        if (text.isEmpty() || isQuoted(text))
            return text; // what is wrong with it FieldCondition says
        if (m_column.group == Column::Group::Meta)
            return etcdNumber(at, text);
        if (isTyped() && text != QLatin1String("null") && !isOf(m_family, text))
            return fail(at, wantedOf(m_family));
        return needsQuotes(text) ? quotedLiteral(text) : text;
    }

    std::optional<QString> etcdNumber(qsizetype at, const QString &text)
    {
        // Leases are shown as etcdctl does: sixteen hexadecimal digits.
        static const QRegularExpression shownLease(QStringLiteral("^[0-9a-f]{16}$"));
        if (m_column.meta == Column::Meta::Lease && shownLease.match(text).hasMatch())
            return QStringLiteral("0x") + text;
        static const QRegularExpression whole(QStringLiteral("^([0-9]+|0x[0-9a-fA-F]+)$"));
        if (!whole.match(text).hasMatch())
            return fail(at, QStringLiteral("this column holds whole numbers, and this is none"));
        return text;
    }

    std::optional<QString> contained(qsizetype at, qsizetype end)
    {
        const QString text = m_text.mid(at, std::max<qsizetype>(0, end - at));
        return checked(at, QStringLiteral(" contains "),
                       isQuoted(text) || !needsQuotes(text) ? text : quotedLiteral(text));
    }

    /// What has no sign: what it means depends on what the column holds.
    std::optional<QString> plain(qsizetype at, qsizetype end)
    {
        const QString text = m_text.mid(at, end - at);
        static const QRegularExpression range(
            QStringLiteral("^(?!\\.\\.\\.)(\\S*[^\\s.])?\\.\\.([^\\s.]\\S*)?$"));
        const bool quoted = isQuoted(text);
        const bool isRange = !quoted && text != QLatin1String("..") && range.match(text).hasMatch();
        if (isRange)
            return operands(QStringLiteral("="), at, end);
        switch (quoted ? Family::Any : m_family) {
        case Family::Numbers:
        case Family::Truths:
            return operands(QStringLiteral("="), at, end);
        case Family::Times:
        case Family::Uuids:
            // A part of one, too: all of a month, the beginning of an id.
            if (isOf(m_family, text))
                return operands(QStringLiteral("="), at, end);
            break;
        case Family::Lists: {
            // Also a part of an item.
            const QString pattern = QRegularExpression::escape(text);
            const auto whole = contained(at, end);
            const auto part = checked(at, QStringLiteral(" ~ "), QStringLiteral("/%1/i").arg(pattern));
            return whole && part ? std::optional(QStringLiteral("(%1 or %2)").arg(*whole, *part))
                                 : std::nullopt;
        }
        case Family::Any:
            break;
        }
        const bool isBytes = m_column.has(Value::Kind::Bytes);
        // In quotes digits are a text that a number may contain, and no bytes.
        return checked(at, QStringLiteral(" contains "),
                       quoted || (isBytes && !needsQuotes(text)) ? text : quotedLiteral(text));
    }

    /// The comparison, if it is one; else its error, as one of the box.
    std::optional<QString> checked(qsizetype at, const QString &sign, const QString &operand)
    {
        const QString text = m_path + sign + operand;
        const auto condition = FieldCondition::parse(text);
        if (condition)
            return text;
        const qsizetype within = condition.error().offset - m_path.size() - sign.size();
        return fail(std::clamp<qsizetype>(at + within, 0, m_text.size()), condition.error().what);
    }

    std::nullopt_t fail(qsizetype offset, const QString &what)
    {
        m_error = {offset, what};
        return std::nullopt;
    }

    const Column &m_column;
    Family m_family;
    bool m_onlyLists;
    const QString &m_path;
    const QString &m_text;
    Error m_error;
};

} // namespace

std::optional<QString> conditionPath(const ValuePath &path)
{
    if (path.isEmpty())
        return QStringLiteral("value");
    QString text;
    for (const PathStep &step : path.steps()) {
        QString one = ValuePath({step}).toString();
        if (step.key && step.key->kind() == Value::Kind::Text && !one.startsWith(QLatin1Char('"'))) {
            const QString name = step.key->toText();
            static const std::array<QLatin1String, 8> words {
                QLatin1String("and"),   QLatin1String("or"),       QLatin1String("not"),
                QLatin1String("is"),    QLatin1String("contains"), QLatin1String("key"),
                QLatin1String("value"), QLatin1String("etcd")};
            const bool isWord = text.isEmpty() && std::any_of(words.begin(), words.end(), [&name](auto word) {
                                    return name.compare(word, Qt::CaseInsensitive) == 0;
                                });
            if (isWord || needsQuotes(name))
                one.replace(0, name.size(), QString::fromUtf8(jsonString(name)));
        }
        if (!text.isEmpty() && !one.startsWith(QLatin1Char('[')))
            text += QLatin1Char('.');
        text += one;
    }
    // Keys that are neither text nor whole numbers cannot be written.
    const auto read = ValuePath::parse(text);
    const bool isRead = read && *read == path && FieldCondition::parse(text + QLatin1String(" is null"));
    return isRead ? std::optional(text) : std::nullopt;
}

std::optional<QString> conditionPath(const std::vector<Column> &columns, size_t column)
{
    const Column &which = columns[column];
    switch (which.group) {
    case Column::Group::Field:
        return conditionPath(which.path);
    case Column::Group::Key: {
        const auto parts = std::count_if(columns.begin(), columns.end(),
                                         [](const Column &c) { return c.group == Column::Group::Key; });
        return parts == 1 ? QStringLiteral("key") : QStringLiteral("key[%1]").arg(which.keyPart);
    }
    case Column::Group::Meta:
        break;
    }
    const QString name = conditionName(which.meta);
    return name.isEmpty() ? std::nullopt : std::optional(name);
}

QString conditionName(Column::Meta meta)
{
    const auto it = std::find_if(EtcdNames.begin(), EtcdNames.end(),
                                 [meta](const EtcdName &known) { return known.meta == meta; });
    return it == EtcdNames.end() ? QString() : QString(it->name);
}

Column::Meta metaOfConditionName(QStringView name)
{
    const auto it = std::find_if(EtcdNames.begin(), EtcdNames.end(),
                                 [name](const EtcdName &known) { return known.name == name; });
    return it == EtcdNames.end() ? Column::Meta::None : it->meta;
}

QString quotedLiteral(const QString &text)
{
    QString escaped = text;
    escaped.replace(QLatin1Char('\\'), QLatin1String("\\\\"))
        .replace(QLatin1Char('\''), QLatin1String("\\'"));
    return QLatin1Char('\'') + escaped + QLatin1Char('\'');
}

std::optional<QString> conditionLiteral(const Value &value)
{
    const auto says = [&value](const QString &text, bool quoted) {
        return FieldLiteral(text, quoted).compare(value) == 0;
    };
    switch (value.kind()) {
    case Value::Kind::Null:
    case Value::Kind::Undefined:
        return QStringLiteral("null");
    case Value::Kind::Simple:
        return QString::number(value.simpleNumber());
    case Value::Kind::Bytes:
        return QStringLiteral("0x") + QString::fromLatin1(value.toBytes().toHex());
    case Value::Kind::Array:
    case Value::Kind::Tuple:
    case Value::Kind::Set:
    case Value::Kind::Map:
        return std::nullopt;
    case Value::Kind::Integer:
    case Value::Kind::Timestamp: {
        // The name of an enum's member, or the date, where that tells it.
        const QString text = editText(value);
        if (!needsQuotes(text) && says(text, false))
            return text;
        return value.kind() == Value::Kind::Integer ? value.integerText()
                                                    : QString::number(value.toNanoseconds());
    }
    case Value::Kind::Text: {
        // Without quotes it would also be whatever else it can be read as.
        const QString &text = value.toText();
        const FieldLiteral bare(text, false);
        const bool isBare = !text.isEmpty() && !needsQuotes(text) && !isQuoted(text)
            && !text.startsWith(QLatin1Char('/')) && !text.contains(QLatin1String(".."))
            && !bare.compare(Value::null()) && !bare.compare(Value::boolean(true))
            && !bare.compare(Value::number(0)) && text != QLatin1String("NaN");
        return isBare ? text : quotedLiteral(text);
    }
    case Value::Kind::Bool:
    case Value::Kind::Uuid:
    case Value::Kind::Float:
    case Value::Kind::Decimal:
        return editText(value);
    case Value::Kind::Tag:
    case Value::Kind::Opaque:
        break;
    }
    const QString text = conditionText(value);
    if (says(text, true))
        return quotedLiteral(text);
    return says(text, false) && !needsQuotes(text) ? std::optional(text) : std::nullopt;
}

std::optional<QString> boxTextFor(const Value *cell)
{
    if (!cell || isAbsent(*cell))
        return QStringLiteral("absent");
    if (cell->isNull() || cell->kind() == Value::Kind::Undefined)
        return QStringLiteral("null");
    const auto literal = conditionLiteral(*cell);
    return literal ? std::optional(QStringLiteral("= ") + *literal) : std::nullopt;
}

Expected<FieldCondition, FieldConditionError> parseColumnFilter(const Column &column, const QString &path,
                                                                const QString &text)
{
    if (text.trimmed().isEmpty())
        return FieldCondition();
    const auto translated = BoxReader(column, path, text).read();
    if (!translated)
        return Unexpected {translated.error()};
    return FieldCondition::parse(*translated);
}

} // namespace slotscope::core
