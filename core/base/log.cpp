// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/log.h"

#include <QCoreApplication>
#include <QMutex>
#include <QRegularExpression>

#include <cerrno>
#include <cstdio>
#include <deque>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slotscope::core {

Q_LOGGING_CATEGORY(lcNet, "slotscope.net", QtInfoMsg)
Q_LOGGING_CATEGORY(lcFile, "slotscope.file", QtInfoMsg)

namespace {

constexpr qsizetype LongestText = 4000;
constexpr qint64 LargestFile = 32LL * 1024 * 1024;
/// A shorter secret would tear holes into ordinary words; none is ever logged on purpose.
constexpr qsizetype ShortestSecret = 4;
constexpr std::size_t MostSecrets = 200;

const QString Hidden = QStringLiteral("•••");

QMutex secretsMutex;
std::deque<QString> &secrets()
{
    static std::deque<QString> known;
    return known;
}

QtMessageHandler previousHandler = nullptr;

LogLevel levelOf(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return LogLevel::Debug;
    case QtInfoMsg:
        return LogLevel::Info;
    case QtWarningMsg:
        return LogLevel::Warning;
    case QtCriticalMsg:
    case QtFatalMsg:
        break;
    }
    return LogLevel::Error;
}

void takeMessage(QtMsgType type, const QMessageLogContext &context, const QString &text)
{
    const QString category = QString::fromLatin1(context.category ? context.category : "default");
    Log::instance().add(levelOf(type), category, text);
    // Ours is told to the user in other ways; what Qt complains about goes where developers look.
    const bool own = category.startsWith(QLatin1String("slotscope."));
    if (previousHandler && (type == QtFatalMsg || !own))
        previousHandler(type, context, withoutSecrets(text));
}

} // namespace

QString logLevelName(LogLevel level)
{
    switch (level) {
    case LogLevel::Debug:
        return QStringLiteral("debug");
    case LogLevel::Info:
        return QStringLiteral("info");
    case LogLevel::Warning:
        return QStringLiteral("warning");
    case LogLevel::Error:
        return QStringLiteral("error");
    case LogLevel::Off:
        break;
    }
    return QStringLiteral("off");
}

std::optional<LogLevel> logLevelOf(const QString &name)
{
    for (const LogLevel level :
         {LogLevel::Debug, LogLevel::Info, LogLevel::Warning, LogLevel::Error, LogLevel::Off}) {
        if (name == logLevelName(level))
            return level;
    }
    return {};
}

QString LogLine::toString() const
{
    return QStringLiteral("%1 %2 %3: %4")
        .arg(time.toString(Qt::ISODateWithMs), logLevelName(level).leftJustified(7), category, text);
}

void hideInLog(const QByteArray &secret)
{
    if (secret.size() < ShortestSecret)
        return;
    const QString text = QString::fromUtf8(secret);
    const QMutexLocker lock(&secretsMutex);
    std::deque<QString> &known = secrets();
    if (std::find(known.cbegin(), known.cend(), text) != known.cend())
        return;
    known.push_back(text);
    if (known.size() > MostSecrets)
        known.pop_front(); // tokens come and go
}

QString withoutSecrets(const QString &text)
{
    // What follows "password", "token" or "Authorization", as JSON, as a header, as an option; and
    // user:password before a host.
    static const QRegularExpression named(
        QStringLiteral(
            R"re(((?:"|\b)(?:password|passwd|passphrase|token|authorization|secret)"?\s*[:=]\s*"?)((?:(?:bearer|basic)\s+)?[^"\s,;&}]+))re"),
        QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression option(QStringLiteral(R"re((--(?:password|user|proxy)[= ])(\S+))re"));
    static const QRegularExpression userInfo(QStringLiteral(R"re((://)[^/\s@]+@)re"));

    QString result = text;
    {
        const QMutexLocker lock(&secretsMutex);
        for (const QString &secret : secrets())
            result.replace(secret, Hidden);
    }
    result.replace(named, QStringLiteral("\\1") + Hidden);
    result.replace(option, QStringLiteral("\\1") + Hidden);
    result.replace(userInfo, QStringLiteral("\\1") + Hidden + QLatin1Char('@'));
    return result;
}

struct Log::Private
{
    mutable QMutex mutex;
    LogLevel level = LogLevel::Info;
    std::deque<LogLine> lines;
    quint64 count = 0;
    bool told = false; ///< a signal is on its way
    bool toStandardError = false;
    QByteArray file; ///< as the file system has it; empty: none
    int descriptor = -1;
    qint64 size = 0;

    bool open()
    {
        descriptor = ::open(file.constData(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (descriptor < 0)
            return false;
        struct stat info
        {
        };
        const bool known = ::fstat(descriptor, &info) == 0;
        size = known ? info.st_size : 0;
        // One that was there before may have been open to everybody; what is no plain file is left as it is.
        if (known && S_ISREG(info.st_mode))
            ::fchmod(descriptor, S_IRUSR | S_IWUSR);
        return true;
    }

    void close()
    {
        if (descriptor >= 0)
            ::close(descriptor);
        descriptor = -1;
    }

    void write(const LogLine &line)
    {
        const QByteArray bytes = line.toString().toUtf8() + '\n';
        if (toStandardError)
            std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()), stderr);
        if (descriptor < 0)
            return;
        if (size + bytes.size() > LargestFile) {
            close();
            std::rename(file.constData(), QByteArray(file + ".1").constData());
            if (!open())
                return;
        }
        // A full disk costs lines of the log, and nothing else.
        const ssize_t written =
            ::write(descriptor, bytes.constData(), static_cast<std::size_t>(bytes.size()));
        if (written > 0)
            size += written;
    }
};

Log::Log()
    : d(std::make_unique<Private>())
{
}

Log::~Log()
{
    d->close();
}

Log &Log::instance()
{
    // Messages come until the very end, when nobody is left to take it down in order.
    static Log *log = new Log;
    return *log;
}

void Log::install()
{
    // Signals are for the thread of the windows.
    if (QCoreApplication::instance())
        moveToThread(QCoreApplication::instance()->thread());
    const QtMessageHandler before = qInstallMessageHandler(takeMessage);
    if (before != takeMessage)
        previousHandler = before;
}

void Log::setLevel(LogLevel level)
{
    {
        const QMutexLocker lock(&d->mutex);
        d->level = level;
    }
    QLoggingCategory::setFilterRules(level == LogLevel::Debug ? QStringLiteral("slotscope.*.debug=true")
                                                              : QString());
}

LogLevel Log::level() const
{
    const QMutexLocker lock(&d->mutex);
    return d->level;
}

bool Log::writeTo(const QString &file, QString *error)
{
    const QMutexLocker lock(&d->mutex);
    d->close();
    d->file = file.toLocal8Bit();
    if (d->open())
        return true;
    if (error)
        *error = QStringLiteral("cannot write the log to %1: %2").arg(file, qt_error_string(errno));
    return false;
}

void Log::writeToStandardError()
{
    const QMutexLocker lock(&d->mutex);
    d->toStandardError = true;
}

void Log::add(LogLevel level, const QString &category, const QString &text)
{
    // Secrets first, so that none is cut into something that is not known any more. And a line stays a line,
    // whatever a server has sent.
    QString clean = withoutSecrets(text.left(2 * LongestText));
    if (clean.size() > LongestText)
        clean = clean.left(LongestText) + QStringLiteral("…");
    clean.replace(QLatin1Char('\n'), QLatin1String("\\n")).replace(QLatin1Char('\r'), QLatin1String("\\r"));
    // Nor do they move a terminal's cursor.
    for (QChar &character : clean) {
        if (character.category() == QChar::Other_Control || character.category() == QChar::Other_Format)
            character = QChar::ReplacementCharacter;
    }
    LogLine line {
        .time = QDateTime::currentDateTime(), .level = level, .category = category, .text = std::move(clean)};
    const QMutexLocker lock(&d->mutex);
    if (level < d->level)
        return;
    d->write(line);
    d->lines.push_back(std::move(line));
    if (d->lines.size() > MostLines)
        d->lines.pop_front();
    ++d->count;
    if (!std::exchange(d->told, true)) {
        QMetaObject::invokeMethod(
            this,
            [this] {
                {
                    const QMutexLocker again(&d->mutex);
                    d->told = false;
                }
                Q_EMIT added();
            },
            Qt::QueuedConnection);
    }
}

std::vector<LogLine> Log::lines() const
{
    const QMutexLocker lock(&d->mutex);
    return {d->lines.cbegin(), d->lines.cend()};
}

std::vector<LogLine> Log::linesSince(quint64 *seen) const
{
    const QMutexLocker lock(&d->mutex);
    const quint64 fresh = std::min<quint64>(d->count - *seen, d->lines.size());
    *seen = d->count;
    return {d->lines.cend() - static_cast<std::ptrdiff_t>(fresh), d->lines.cend()};
}

void Log::clear()
{
    const QMutexLocker lock(&d->mutex);
    d->lines.clear();
}

} // namespace slotscope::core
