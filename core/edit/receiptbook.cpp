// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/receiptbook.h"

#include "core/base/filelock.h"
#include "core/base/wholefile.h"

#include <QDir>
#include <QFileInfo>
#include <QHash>
#include <QJsonDocument>
#include <QSet>

#include <algorithm>

namespace slotscope::core {

namespace {

constexpr std::chrono::milliseconds TouchInterval(100);

std::optional<QJsonObject> readLine(QByteArrayView line)
{
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromRawData(line.data(), line.size()));
    return document.isObject() ? std::optional(document.object()) : std::nullopt;
}

/// Whether a commit that was found is one that its own session had noted before it died. What follows from
/// the changes, in indexes say, is not in drafts.
bool isNoted(const std::vector<Receipt> &receipts, const Receipt &found)
{
    if (found.outcome != Receipt::Outcome::FoundLater)
        return false;
    return std::any_of(receipts.crbegin(), receipts.crend(), [&found](const Receipt &noted) {
        return noted.wasWritten() && noted.revision == found.revision
            && std::all_of(found.changes.cbegin(), found.changes.cend(), [&noted](const ReceiptChange &one) {
                   return std::any_of(noted.changes.cbegin(), noted.changes.cend(),
                                      [&one](const ReceiptChange &other) { return other.key == one.key; });
               });
    });
}

} // namespace

struct ReceiptBook::Reading
{
    std::vector<Receipt> receipts;
    int unreadable = 0;
    QString problem;
};

// The file. Only ever used by the one thread of the pool, but for its name.
struct ReceiptBook::Work
{
    explicit Work(QString path)
        : file(std::move(path))
    {
    }
    const QString file;
    QByteArray unwritten; // lines that could not be written yet

    /// Empty: it is written.
    QString append(const QByteArray &line, qint64 limit);
    Reading read() const;

private:
    QString trim(QFile &open, qint64 limit) const;
};

QString ReceiptBook::Work::append(const QByteArray &line, qint64 limit)
{
    unwritten += line;
    const auto failed = [this](const QString &why) { return QStringLiteral("%1: %2").arg(file, why); };
    if (const auto made = makePrivateFolder(QFileInfo(file).absolutePath()); !made)
        return made.error().detail;
    // Other windows write here as well, and one of them may be rewriting it.
    QString reason;
    const auto lock =
        FileLock::take(file + QStringLiteral(".lock"), nullptr, &reason, FileLock::Patience::Waits);
    if (!lock)
        return failed(reason);
    QFile output(file);
    if (!output.open(QIODevice::ReadWrite | QIODevice::Unbuffered, OwnFile))
        return failed(output.errorString());
    const qint64 size = output.size();
    QByteArray text = unwritten;
    char last = '\n';
    if (size > 0 && output.seek(size - 1) && output.getChar(&last) && last != '\n')
        text.prepend('\n'); // a line that was torn stays alone
    if (!output.seek(size) || !writeWhole(&output, text)) {
        const QString why = failed(output.errorString());
        output.resize(size);
        return why;
    }
    unwritten.clear();
    return output.size() > limit ? trim(output, limit) : QString();
}

QString ReceiptBook::Work::trim(QFile &open, qint64 limit) const
{
    open.seek(0);
    const QByteArray content = open.readAll();
    // The newest that fit in three quarters, so that this is not due again at once. The last one always.
    qsizetype from = content.lastIndexOf('\n', content.size() - 2) + 1;
    while (from > 0) {
        const qsizetype before = content.lastIndexOf('\n', from - 2) + 1;
        if (content.size() - before > limit / 4 * 3)
            break;
        from = before;
    }
    QSet<QString> known;
    QByteArray kept;
    while (from < content.size()) {
        qsizetype end = content.indexOf('\n', from);
        if (end < 0)
            end = content.size();
        const QByteArrayView line = QByteArrayView(content).sliced(from, end - from);
        const auto object = readLine(line);
        const QString amended = object ? object->value(QLatin1String("amends")).toString() : QString();
        if (object && amended.isEmpty())
            known.insert(object->value(QLatin1String("id")).toString());
        // News of a receipt that has gone goes, too.
        if (amended.isEmpty() || known.contains(amended))
            kept += line.toByteArray() + '\n';
        from = end + 1;
    }
    if (const auto written = replaceFile(file, kept); !written)
        return QStringLiteral("%1: %2").arg(file, written.error().detail);
    return {};
}

ReceiptBook::Reading ReceiptBook::Work::read() const
{
    Reading reading;
    QByteArray content;
    if (QFile input(file); input.exists()) {
        if (input.open(QIODevice::ReadOnly))
            content = input.readAll();
        else
            reading.problem = QStringLiteral("%1: %2").arg(file, input.errorString());
    }
    if (!content.isEmpty() && !content.endsWith('\n'))
        content += '\n';
    content += unwritten;
    QHash<QString, size_t> position;
    for (qsizetype from = 0; from < content.size();) {
        const qsizetype end = content.indexOf('\n', from); // each line has one
        const auto object = readLine(QByteArrayView(content).sliced(from, end - from));
        from = end + 1;
        if (auto receipt = object ? receiptFromJson(*object) : std::nullopt) {
            if (isNoted(reading.receipts, *receipt))
                continue;
            position.insert(receipt->id, reading.receipts.size());
            reading.receipts.push_back(std::move(*receipt));
        } else if (const auto amendment = object ? amendmentFromJson(*object) : std::nullopt) {
            if (const auto known = position.constFind(amendment->id); known != position.cend())
                amend(&reading.receipts[*known], *amendment);
        } else {
            ++reading.unreadable;
        }
    }
    return reading;
}

ReceiptBook::ReceiptBook(EditSession *edits, QObject *parent)
    : QObject(parent)
    , m_edits(edits)
{
    connect(&m_jobs, &OrderedJobs::idle, this, &ReceiptBook::settled);
    m_touched.setSingleShot(true);
    m_touched.setInterval(TouchInterval);
    connect(&m_touched, &QTimer::timeout, this, &ReceiptBook::load);
    connect(&m_files, &QFileSystemWatcher::fileChanged, &m_touched, qOverload<>(&QTimer::start));
    connect(&m_files, &QFileSystemWatcher::directoryChanged, &m_touched, qOverload<>(&QTimer::start));
    connect(m_edits, &EditSession::committed, this, &ReceiptBook::takeReport);
}

ReceiptBook::~ReceiptBook()
{
    m_jobs.wait();
}

void ReceiptBook::open(const QString &folder, const Endpoint &endpoint, quint64 clusterId)
{
    const QString file =
        QDir(folder).filePath(clusterFileName(endpoint, clusterId) + QStringLiteral(".jsonl"));
    if (m_work && m_work->file == file)
        return;
    m_endpoint = endpoint.toString();
    m_clusterId = clusterId;
    m_work = std::make_shared<Work>(file);
    m_receipts.clear();
    m_unknown.clear();
    if (m_isLoaded)
        load();
    Q_EMIT changed();
}

void ReceiptBook::setLimit(qint64 bytes)
{
    m_limit = bytes;
}

const Receipt *ReceiptBook::find(const QString &id) const
{
    const auto it = std::find_if(m_receipts.crbegin(), m_receipts.crend(),
                                 [&](const Receipt &receipt) { return receipt.id == id; });
    return it == m_receipts.crend() ? nullptr : &*it;
}

void ReceiptBook::takeReport(const CommitReport &report)
{
    using Outcome = CommitReport::Outcome;
    if (report.outcome == Outcome::Unknown && report.late)
        return; // still
    if (report.outcome == Outcome::Unknown) {
        std::vector<Change> sent;
        for (const Change &change : m_edits->changes()) {
            if (!change.leftOut)
                sent.push_back(change);
        }
        for (const DerivedChange &derived : m_edits->derived())
            sent.push_back(derived.change);
        Receipt receipt = makeReceipt(sent, {}, Receipt::Outcome::Unknown);
        m_unknown = receipt.id;
        add(std::move(receipt));
        return;
    }
    if (report.late) {
        // In conflict it may have been written and then overwritten, or not: that stays open.
        const QString id = std::exchange(m_unknown, {});
        if (report.outcome == Outcome::Committed)
            amendReceipt({id, Receipt::Outcome::FoundLater, report.revision, {}});
        else if (report.outcome == Outcome::Refused)
            amendReceipt({id, Receipt::Outcome::NotCommitted, {}, {}});
        return;
    }
    if (report.outcome != Outcome::Committed)
        return;
    if (const Receipt *unknown = find(m_unknown)) {
        // Made on the same, so that one cannot have been.
        const bool isAgain =
            std::any_of(unknown->changes.cbegin(), unknown->changes.cend(), [&](const ReceiptChange &change) {
                return std::any_of(report.written.cbegin(), report.written.cend(), [&](const Change &now) {
                    return now.key == change.key && now.base == change.before;
                });
            });
        if (isAgain)
            amendReceipt({unknown->id, Receipt::Outcome::NotCommitted, {}, {}});
    }
    m_unknown.clear();
    Receipt receipt = makeReceipt(report.written, report.revision, Receipt::Outcome::Committed);
    receipt.memberId = report.memberId;
    add(std::move(receipt));
}

void ReceiptBook::whenWritten(QObject *context, const std::function<void()> &then)
{
    if (isSettled()) // whoever else hears of it now comes first
        QMetaObject::invokeMethod(context, then, Qt::QueuedConnection);
    else
        connect(&m_jobs, &OrderedJobs::idle, context, then, Qt::SingleShotConnection);
}

void ReceiptBook::noteFound(const DraftKeeper::FoundCommit &commit)
{
    Receipt receipt = makeReceipt(commit.changes, commit.revision, Receipt::Outcome::FoundLater);
    receipt.time = commit.sent;
    if (!isNoted(m_receipts, receipt))
        add(std::move(receipt));
}

void ReceiptBook::noteOverwritten(const QString &id, const std::vector<ReceiptAmendment::Overwritten> &keys)
{
    amendReceipt({id, std::nullopt, {}, keys});
}

void ReceiptBook::add(Receipt receipt)
{
    receipt.endpoint = m_endpoint;
    receipt.clusterId = m_clusterId;
    m_receipts.push_back(receipt);
    write([receipt] { return toJson(receipt); });
    Q_EMIT changed();
    if (receipt.wasWritten())
        Q_EMIT recorded(receipt);
}

void ReceiptBook::amendReceipt(const ReceiptAmendment &amendment)
{
    const auto receipt = std::find_if(m_receipts.begin(), m_receipts.end(),
                                      [&](const Receipt &candidate) { return candidate.id == amendment.id; });
    if (receipt == m_receipts.end())
        return;
    amend(&*receipt, amendment);
    const Receipt now = *receipt;
    write([amendment] { return toJson(amendment); });
    Q_EMIT changed();
    if (amendment.outcome && now.wasWritten())
        Q_EMIT recorded(now);
}

void ReceiptBook::later(std::function<void(Work &)> job)
{
    // Not longer than the book: its end waits for the jobs.
    m_jobs.start([work = m_work, job = std::move(job)] { job(*work); });
}

/// What is to be written is made where it is written: it may be long.
void ReceiptBook::write(std::function<QJsonObject()> object)
{
    if (!m_work || m_limit <= 0)
        return;
    later([this, object = std::move(object), limit = m_limit](Work &work) {
        const QByteArray line = QJsonDocument(object()).toJson(QJsonDocument::Compact) + '\n';
        const QString problem = work.append(line, limit);
        QMetaObject::invokeMethod(
            this, [this, problem] { noteProblem(problem); }, Qt::QueuedConnection);
    });
}

void ReceiptBook::load()
{
    m_isLoaded = true;
    if (!m_work)
        return;
    later([this, mine = m_work](Work &work) {
        // So that it can be watched for what other windows write; where it cannot be made, reading says so.
        makePrivateFolder(QFileInfo(work.file).absolutePath());
        auto reading = std::make_shared<Reading>(work.read());
        QMetaObject::invokeMethod(
            this,
            [this, mine, reading] {
                if (mine == m_work)
                    takeReading(*reading);
            },
            Qt::QueuedConnection);
    });
}

void ReceiptBook::takeReading(const Reading &reading)
{
    // Whoever replaces a file makes another one, so the folder is watched as well.
    for (const QString &path : {m_work->file, QFileInfo(m_work->file).absolutePath()}) {
        if (QFileInfo::exists(path) && !m_files.files().contains(path)
            && !m_files.directories().contains(path) && m_files.addPath(path))
            m_touched.start(); // what was written after it was read, and before it was watched
    }
    std::vector<Receipt> receipts = reading.receipts;
    // Noted after it was read, or where nothing is written down.
    QSet<QString> known;
    for (const Receipt &receipt : receipts)
        known.insert(receipt.id);
    const QDateTime latest = receipts.empty() ? QDateTime() : receipts.back().time;
    for (const Receipt &mine : m_receipts) {
        if (!known.contains(mine.id) && (m_limit <= 0 || !latest.isValid() || mine.time >= latest))
            receipts.push_back(mine);
    }
    const bool isNews = receipts != m_receipts || reading.unreadable != m_unreadable;
    m_receipts = std::move(receipts);
    m_unreadable = reading.unreadable;
    noteProblem(reading.problem);
    if (isNews)
        Q_EMIT changed();
}

void ReceiptBook::noteProblem(const QString &problem)
{
    if (problem == m_problem)
        return;
    m_problem = problem;
    Q_EMIT changed();
}

} // namespace slotscope::core
