// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"

namespace slotscope::app {

/// `slotscope get KEY` and `slotscope get SLOT KEY`: one record, whole.
class GetCommand : public Command
{
    Q_OBJECT
public:
    QString synopsis() const override { return QStringLiteral("[SLOT] KEY"); }
    QString description() const override;
    QString takeArguments(const QCommandLineParser &parser) override;

protected:
    void begin() override;

private:
    void read();
    void show(const core::KeyValue &kv);

    QString m_slotText;
    QString m_keyText;
    QByteArray m_key;
};

} // namespace slotscope::app
