// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"

#include <QSocketNotifier>

namespace slotscope::app {

/// `slotscope decode` and `slotscope encode`: values (or keys) of a type from standard input, one a line, as
/// hex and as notation. They connect to nothing. A line that cannot be read becomes
/// `{"error": …, "offset": …}`, and the exit code tells.
class CodecCommand : public Command
{
    Q_OBJECT
public:
    enum class Direction { Decode, Encode };
    explicit CodecCommand(Direction direction);

    QString synopsis() const override { return QStringLiteral("--type TYPE"); }
    QString description() const override;
    void addOptions(QCommandLineParser *parser) override;
    QString takeArguments(const QCommandLineParser &parser) override;
    bool needsServer() const override { return false; }

protected:
    void begin() override;

private:
    QString takeSchema(const QCommandLineParser &parser, core::SlotType *type) const;
    void readMore();
    /// Whether to go on.
    bool convertLine(const QByteArray &line);
    QByteArray converted(const QByteArray &line, bool *good) const;
    QByteArray decoded(const QByteArray &line, bool *good) const;
    QByteArray encoded(const QByteArray &line, bool *good) const;

    Direction m_direction;
    std::unique_ptr<QSocketNotifier> m_input;
    QByteArray m_unfinished; ///< the line that is not read to its end
    bool m_allGood = true;
    bool m_key = false;
    bool m_diagnostic = false; ///< CBOR as text of its own, not in notation
    core::SlotCodec m_codec;
};

/// `slotscope types`: all key and value types.
class TypesCommand : public Command
{
    Q_OBJECT
public:
    QString synopsis() const override { return {}; }
    QString description() const override;
    QString takeArguments(const QCommandLineParser &parser) override;
    bool needsServer() const override { return false; }

protected:
    void begin() override;
};

} // namespace slotscope::app
