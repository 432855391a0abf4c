// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/livetable.h"
#include "ui/panels/tablestrip.h"

#include <QTimer>

#include <memory>

class QLineEdit;
class QPushButton;

namespace slotscope::ui {

class RecordModel;
class RecordView;

/// How loading a table goes, when that takes a while; that only a part of it is loaded, and the ways to more;
/// and why it could not be loaded.
class LoadStrip : public TableStrip
{
    Q_OBJECT
public:
    /// `what` holds the records, as the beginning of a sentence: `This slot`.
    LoadStrip(std::shared_ptr<core::LiveTable> table, RecordModel *model, RecordView *view, QString what,
              QWidget *parent);

    /// How it is called in errors.
    void setServer(const QString &server);
    /// Stops loading, if something is loaded that can be stopped.
    bool stop();
    /// Fills in a key to start at, for the user to agree.
    void offerStart(const QByteArray &key);

Q_SIGNALS:
    /// Everything is to be read again.
    void retryRequested();
    void messageRaised(const QString &text);

private:
    void follow();
    void tell();
    void tellProgress();
    void tellPart();
    void start();
    void showParts(const QList<QWidget *> &parts);

    std::shared_ptr<core::LiveTable> m_table;
    RecordModel *m_model;
    QString m_what;
    QString m_server;
    QPushButton *m_stop;
    QPushButton *m_more;
    QPushButton *m_all;
    QLineEdit *m_start;
    QPushButton *m_fromBeginning;
    QPushButton *m_retry;
    QTimer m_patience;
    bool m_isSlow = false; // what is loaded now
};

} // namespace slotscope::ui
