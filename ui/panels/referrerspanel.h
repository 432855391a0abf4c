// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"
#include "core/doctor/referrers.h"

#include <QPointer>
#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;
class QTreeWidget;

namespace slotscope::ui {

/// "Who refers to this record?": the places that name it, table by table, as they are found.
class ReferrersPanel : public QWidget
{
    Q_OBJECT
public:
    explicit ReferrersPanel(QWidget *parent = nullptr);
    ~ReferrersPanel() override;

    /// Null pointer: nothing is connected.
    void follow(core::Connection *connection);
    /// Looks for the places that name the record with this etcd key, whose key has this type.
    void search(const QByteArray &key, const core::KeyType &type);
    bool isSearching() const { return m_search != nullptr; }

    QTreeWidget *view() const { return m_view; }
    QLabel *summary() const { return m_summary; }

Q_SIGNALS:
    void showRequested(const QByteArray &key);

private:
    void add(const std::vector<core::Reference> &references);
    void finish(const core::Result<core::Revision> &result);

    QPointer<core::Connection> m_connection;
    std::unique_ptr<core::ReferrerSearch> m_search;
    QString m_target; ///< in words
    int m_found = 0;
    QLabel *m_summary;
    QProgressBar *m_progress;
    QPushButton *m_cancel;
    QTreeWidget *m_view;
};

} // namespace slotscope::ui
