// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/connectionoptions.h"

#include <QObject>
#include <QPointer>

namespace slotscope::ui {

class LogWindow;
class Prompts;

/// What a window offers where something is wrong: the test of its connection, and the log.
class Diagnosis : public QObject
{
    Q_OBJECT
public:
    /// Belongs to the window; the prompts outlive it.
    Diagnosis(Prompts *prompts, QWidget *window);

    /// Opens a dialog that tests it.
    void test(const core::ConnectionOptions &options);
    void showLog();

Q_SIGNALS:
    /// The certificate with this SHA-256 is to be trusted from now on.
    void trusted(const QByteArray &sha256);
    /// Something to be told in passing.
    void told(const QString &message);

private:
    void saveLog(const QByteArray &lines);

    Prompts *m_prompts;
    QWidget *m_window;
    QPointer<LogWindow> m_log;
};

} // namespace slotscope::ui
