// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the program tells of its work: to the log window, and to a file or standard error where that is asked
// for. Written through Qt's categories (`qCInfo(lcNet) << …`), so that what Qt itself has to say stands
// between. No secret gets into it: what is known to be one, and what looks like one, is taken out first.
#pragma once

#include <QDateTime>
#include <QLoggingCategory>
#include <QObject>
#include <QString>
#include <QStringList>

#include <memory>
#include <optional>
#include <vector>

namespace slotscope::core {

/// Requests, connections, streams.
Q_DECLARE_LOGGING_CATEGORY(lcNet)
/// Files of the user: drafts, schemas, exports.
Q_DECLARE_LOGGING_CATEGORY(lcFile)

enum class LogLevel { Debug, Info, Warning, Error, Off };

/// `debug`, `info`, `warning`, `error`, `off`
QString logLevelName(LogLevel level);
std::optional<LogLevel> logLevelOf(const QString &name);

struct LogLine
{
    QDateTime time;
    LogLevel level = LogLevel::Info;
    QString category;
    QString text;

    /// As it is written to a file.
    QString toString() const;
};

/// From now on taken out of everything that is logged; for passwords and tokens. Safe on any thread.
void hideInLog(const QByteArray &secret);
/// The text without what is known to be secret, and without what looks so: passwords, tokens, user names and
/// passwords in addresses.
QString withoutSecrets(const QString &text);

/// The log of the program. Safe on any thread.
class Log : public QObject
{
    Q_OBJECT
public:
    static constexpr std::size_t MostLines = 5000;

    static Log &instance();

    /// Takes over what Qt's categories say. Warnings go on to where they went before.
    void install();
    /// What is less is not kept. Default: Info.
    void setLevel(LogLevel level);
    LogLevel level() const;
    /// Appends everything to the file, too, which only its owner may read. Beyond 32 MiB it begins anew, the
    /// old one stays under the name with `.1`. The error is in plain words.
    bool writeTo(const QString &file, QString *error);
    /// Everything goes to standard error as well.
    void writeToStandardError();

    void add(LogLevel level, const QString &category, const QString &text);
    /// The latest ones, the oldest first.
    std::vector<LogLine> lines() const;
    /// Those that came after as many as `seen` says, as far as they are kept; `seen` is moved on behind them.
    std::vector<LogLine> linesSince(quint64 *seen) const;
    void clear();

Q_SIGNALS:
    /// There is more, at most once for each turn of the event loop. On the thread of the log.
    void added();

private:
    Log();
    ~Log() override;

    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace slotscope::core
