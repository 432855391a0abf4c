// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"

namespace slotscope::app {

/// A command on one record: `KEY` alone is a whole etcd key, `SLOT KEY` one within a slot.
class KeyCommand : public Command
{
    Q_OBJECT
public:
    QString synopsis() const override { return QStringLiteral("[SLOT] KEY"); }
    QString takeArguments(const QCommandLineParser &parser) override;

protected:
    /// How the key is told, for descriptions.
    static QString keyHelp();
    /// For messages about arguments.
    virtual QString name() const = 0;

    void begin() override;
    /// key() is known, and so is the type of its slot.
    virtual void beginWithKey() = 0;

    const QByteArray &key() const { return m_key; }
    /// As it was given.
    const QString &keyText() const { return m_keyText; }

private:
    QString m_slotText;
    QString m_keyText;
    QByteArray m_key;
};

} // namespace slotscope::app
