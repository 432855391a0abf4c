// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/rowsource.h"

#include "core/value/jsonreader.h"
#include "core/value/utf8.h"

#include <QFile>
#include <QStringDecoder>

#include <algorithm>

namespace slotscope::core {

namespace {

constexpr size_t MostColumns = 4096;

/// Reads records of a text with separators, one by one.
class DelimitedReader
{
public:
    DelimitedReader(QByteArrayView text, char separator)
        : m_text(text)
        , m_separator(separator)
    {
    }

    bool atEnd() const { return m_at >= m_text.size(); }
    qsizetype position() const { return m_at; }

    SourceRow next()
    {
        SourceRow row;
        row.line = m_line;
        while (true) {
            row.cells.push_back(cell(&row.problem));
            if (atEnd() || m_text[m_at] != m_separator)
                break;
            ++m_at;
        }
        if (!atEnd())
            endLine();
        return row;
    }

private:
    bool atLineEnd() const { return m_text[m_at] == '\n' || m_text[m_at] == '\r'; }
    void endLine()
    {
        if (m_text[m_at] == '\r' && m_at + 1 < m_text.size() && m_text[m_at + 1] == '\n')
            ++m_at;
        ++m_at;
        ++m_line;
    }

    SourceCell cell(QString *problem)
    {
        SourceCell cell {SourceCell::Kind::Text, {}};
        if (!atEnd() && m_text[m_at] == '"') {
            cell.text = quoted(problem);
            return cell;
        }
        const qsizetype from = m_at;
        while (!atEnd() && m_text[m_at] != m_separator && !atLineEnd())
            ++m_at;
        cell.text = m_text.sliced(from, m_at - from).toByteArray();
        return cell;
    }

    QByteArray quoted(QString *problem)
    {
        QByteArray text;
        ++m_at;
        while (!atEnd()) {
            const char c = m_text[m_at++];
            if (c == '"') {
                if (atEnd() || m_text[m_at] != '"')
                    return behindQuote(std::move(text), problem);
                ++m_at;
            } else if (c == '\n') {
                ++m_line;
            }
            text += c;
        }
        *problem = QStringLiteral("a quoted cell has no end");
        return text;
    }

    // Spreadsheets write nothing there; what others write is taken as it is.
    QByteArray behindQuote(QByteArray text, QString *problem)
    {
        const qsizetype from = m_at;
        while (!atEnd() && m_text[m_at] != m_separator && !atLineEnd())
            ++m_at;
        if (!m_text.sliced(from, m_at - from).trimmed().isEmpty())
            *problem = QStringLiteral("there is text behind the closing quote of a cell");
        return text;
    }

    QByteArrayView m_text;
    char m_separator;
    qsizetype m_at = 0;
    qint64 m_line = 1;
};

/// By what the first line has most of; tabs are the surest sign.
char guessSeparator(QByteArrayView text)
{
    qsizetype tabs = 0;
    qsizetype commas = 0;
    qsizetype semicolons = 0;
    bool inQuotes = false;
    for (const char c : text) {
        if (c == '"')
            inQuotes = !inQuotes;
        else if (!inQuotes && (c == '\n' || c == '\r'))
            break;
        else if (!inQuotes) {
            tabs += c == '\t' ? 1 : 0;
            commas += c == ',' ? 1 : 0;
            semicolons += c == ';' ? 1 : 0;
        }
    }
    if (tabs > 0)
        return '\t';
    return semicolons > commas ? ';' : ',';
}

bool isBlank(const SourceRow &row)
{
    return row.cells.size() == 1 && row.cells.front().text.isEmpty() && row.problem.isEmpty();
}

QStringList namesOf(const SourceRow &row)
{
    QStringList names;
    for (const SourceCell &cell : row.cells)
        names.append(QString::fromUtf8(cell.text).trimmed());
    return names;
}

Expected<RowSource, QString> readDelimited(const QByteArray &text, const ReadOptions &options, const Job &job)
{
    RowSource source;
    source.separator = options.separator.value_or(guessSeparator(text));
    DelimitedReader reader(text, source.separator);
    size_t width = 0;
    bool first = true;
    while (!reader.atEnd()) {
        if (job) {
            if (job->cancelled)
                return Unexpected {QStringLiteral("cancelled")};
            job->done = reader.position();
        }
        SourceRow row = reader.next();
        if (isBlank(row))
            continue;
        if (row.cells.size() > MostColumns)
            return Unexpected {
                QStringLiteral("line %1 has more than %2 columns").arg(row.line).arg(MostColumns)};
        if (std::exchange(first, false)) {
            const QStringList names = namesOf(row);
            const bool looksSo = std::any_of(names.cbegin(), names.cend(), [&](const QString &name) {
                return options.known.contains(name, Qt::CaseInsensitive);
            });
            source.hasHeader = options.hasHeader.value_or(looksSo);
            if (source.hasHeader) {
                source.columns = names;
                continue;
            }
        }
        width = std::max(width, row.cells.size());
        if (source.hasHeader && row.cells.size() > size_t(source.columns.size()) && row.problem.isEmpty())
            row.problem = QStringLiteral("%1 cells, but the header has %2")
                              .arg(row.cells.size())
                              .arg(source.columns.size());
        if (source.rows.size() < MostSourceRows)
            source.rows.push_back(std::move(row));
        else
            ++source.beyond;
    }
    while (size_t(source.columns.size()) < width)
        source.columns.append(QString());
    return source;
}

/// Takes values apart that stand in an array, in lines, or one behind the other.
class JsonSplitter
{
public:
    JsonSplitter(QByteArrayView text, bool inArray)
        : m_text(text)
        , m_inArray(inArray)
    {
        skipBlanks();
        if (m_inArray)
            ++m_at;
    }

    qint64 line() const { return m_line; }
    qsizetype position() const { return m_at; }
    QString problem() const { return m_problem; }

    /// The text of the next value; empty at the end.
    QByteArrayView next()
    {
        skipBlanks();
        if (m_at >= m_text.size()) {
            if (m_inArray)
                m_problem = QStringLiteral("the array has no end");
            return {};
        }
        if (m_inArray && m_text[m_at] == ']')
            return {};
        if (m_inArray && m_count > 0) {
            if (m_text[m_at] != ',') {
                m_problem = QStringLiteral("expected a comma at line %1").arg(m_line);
                return {};
            }
            ++m_at;
            skipBlanks();
        }
        ++m_count;
        const qsizetype from = m_at;
        skipValue();
        if (m_at == from) {
            m_problem = QStringLiteral("expected a value at line %1").arg(m_line);
            return {};
        }
        return m_text.sliced(from, m_at - from);
    }

private:
    void skipBlanks()
    {
        while (m_at < m_text.size()
               && (m_text[m_at] == ' ' || m_text[m_at] == '\t' || m_text[m_at] == '\n'
                   || m_text[m_at] == '\r')) {
            m_line += m_text[m_at] == '\n' ? 1 : 0;
            ++m_at;
        }
    }
    void skipValue()
    {
        int depth = 0;
        bool inString = false;
        for (; m_at < m_text.size(); ++m_at) {
            const char c = m_text[m_at];
            if (c == '\n')
                ++m_line;
            if (inString) {
                if (c == '\\')
                    ++m_at;
                else if (c == '"')
                    inString = false;
                if (!inString && depth == 0) {
                    ++m_at;
                    return;
                }
                continue;
            }
            if (c == '"') {
                inString = true;
            } else if (c == '{' || c == '[') {
                ++depth;
            } else if (c == '}' || c == ']') {
                if (depth == 0)
                    return;
                if (--depth == 0) {
                    ++m_at;
                    return;
                }
            } else if (depth == 0 && (c == ',' || c == ' ' || c == '\n' || c == '\r' || c == '\t')) {
                if (c == '\n')
                    --m_line; // it is counted when it is skipped
                return;
            }
        }
        m_at = std::min(m_at, m_text.size());
    }

    QByteArrayView m_text;
    bool m_inArray;
    qsizetype m_at = 0;
    qint64 m_line = 1;
    qint64 m_count = 0;
    QString m_problem;
};

/// The cells of an object, by the names that it has.
void takeObject(QByteArrayView text, SourceRow *row, RowSource *source, QHash<QString, size_t> *columns)
{
    const auto value = readJson(text, {});
    if (!value) {
        row->problem = value.error().offset < 0
            ? value.error().what
            : QStringLiteral("%1 (at byte %2 of the row)").arg(value.error().what).arg(value.error().offset);
        return;
    }
    if (value->kind() != Value::Kind::Map) {
        row->problem = QStringLiteral("expected an object with a member for each column");
        return;
    }
    for (const Member &member : value->members()) {
        const QString &name = member.key.toText();
        auto column = columns->constFind(name);
        if (column == columns->cend()) {
            if (columns->size() >= qsizetype(MostColumns)) {
                row->problem = QStringLiteral("there are more than %1 names").arg(MostColumns);
                return;
            }
            column = columns->insert(name, size_t(source->columns.size()));
            source->columns.append(name);
        }
        if (row->cells.size() <= *column)
            row->cells.resize(*column + 1);
        if (row->cells[*column].kind != SourceCell::Kind::Missing) {
            row->problem = QStringLiteral("%1 stands there twice").arg(name);
            return;
        }
        const Value::Source at = member.value.source();
        row->cells[*column] = {SourceCell::Kind::Notation, text.sliced(at.offset, at.length).toByteArray()};
    }
}

Expected<RowSource, QString> readJsonRows(const QByteArray &text, bool isArray, const Job &job)
{
    RowSource source;
    source.format = isArray ? RowSource::Format::JsonArray : RowSource::Format::JsonLines;
    JsonSplitter splitter(text, isArray);
    QHash<QString, size_t> columns;
    qint64 place = 0;
    for (QByteArrayView part = splitter.next(); !part.isEmpty(); part = splitter.next()) {
        if (job) {
            if (job->cancelled)
                return Unexpected {QStringLiteral("cancelled")};
            job->done = splitter.position();
        }
        ++place;
        if (source.rows.size() >= MostSourceRows) {
            ++source.beyond;
            continue;
        }
        SourceRow row;
        row.line = isArray ? place : splitter.line();
        takeObject(part, &row, &source, &columns);
        source.rows.push_back(std::move(row));
    }
    if (!splitter.problem().isEmpty())
        return Unexpected {splitter.problem()};
    return source;
}

} // namespace

Expected<RowSource, QString> readRows(const QByteArray &given, const ReadOptions &options, const Job &job)
{
    if (given.size() > MostSourceBytes)
        return Unexpected {QStringLiteral("%1 MiB are too much to be read at once; %2 MiB can be")
                               .arg(given.size() / 1024 / 1024)
                               .arg(MostSourceBytes / 1024 / 1024)};
    const QByteArray text = given.startsWith("\xef\xbb\xbf") ? given.sliced(3) : given;
    if (const qsizetype bad = firstInvalidUtf8(text); bad >= 0)
        return Unexpected {QStringLiteral("not text in UTF-8 (at byte %1)").arg(bad)};
    if (job)
        job->total = text.size();
    const QByteArrayView trimmed = QByteArrayView(text).trimmed();
    if (trimmed.isEmpty())
        return Unexpected {QStringLiteral("there is no text")};
    const bool isArray = trimmed.front() == '[';
    auto source = isArray || trimmed.front() == '{' ? readJsonRows(text, isArray, job)
                                                    : readDelimited(text, options, job);
    if (source && source->rows.empty())
        return Unexpected {QStringLiteral("there are no rows")};
    return source;
}

Expected<RowSource, QString> readRowFile(const QString &path, const ReadOptions &options, const Job &job)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Unexpected {file.errorString()};
    // Also of what has no size to tell, such as a pipe.
    const QByteArray bytes = file.read(MostSourceBytes + 1);
    if (file.error() != QFileDevice::NoError)
        return Unexpected {file.errorString()};
    const auto encoding = QStringConverter::encodingForData(bytes);
    if (!encoding || *encoding == QStringConverter::Utf8)
        return readRows(bytes, options, job);
    QStringDecoder decoder(*encoding);
    const QString text = decoder(bytes);
    if (decoder.hasError())
        return Unexpected {QStringLiteral("not valid text")};
    return readRows(text.toUtf8(), options, job);
}

} // namespace slotscope::core
