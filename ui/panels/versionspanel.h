// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"
#include "core/history/keyhistory.h"
#include "ui/models/versionmodel.h"

#include <QPointer>
#include <QTimer>
#include <QWidget>

#include <memory>
#include <optional>

class QCheckBox;
class QLabel;
class QMenu;
class QPushButton;
class QTreeView;

namespace slotscope::ui {

class Banner;
class VersionDetail;

/// The history of one record: all versions that etcd still has, any two of them compared, any of them to be
/// copied or restored. Follows the selected record while it is seen; writes nothing by itself.
class VersionsPanel : public QWidget
{
    Q_OBJECT
public:
    explicit VersionsPanel(QWidget *parent = nullptr);
    ~VersionsPanel() override;

    /// Null pointer: nothing is connected. To be told before a connection goes.
    void follow(core::Connection *connection);
    /// The record that is selected; its history is read when the panel is seen, unless it holds on to
    /// another. A null key: none, which leaves the last one.
    void setSelected(const QByteArray &key);
    /// Shows the history of this record, also of one that is gone, anew; until another one is selected.
    void showKey(const QByteArray &key);
    /// Somebody went to this record; if it is gone, no selection will tell.
    void visit(const QByteArray &key);
    /// Names or types of slots have changed.
    void refresh();
    /// While something is read or worked out.
    bool isBusy() const;

    /// Of the history that is shown; null when there is none.
    const QByteArray &key() const { return m_key; }
    core::KeyHistory *history() const { return m_history.get(); }
    VersionModel *model() const { return m_model; }
    QTreeView *view() const { return m_view; }
    VersionDetail *detail() const { return m_detail; }
    Banner *banner() const { return m_banner; }
    QLabel *title() const { return m_title; }
    QCheckBox *followBox() const { return m_followBox; }
    QPushButton *restoreButton() const { return m_restore; }
    QMenu *copyMenu() const { return m_copyMenu; }

Q_SIGNALS:
    /// The record is to be as it was then: no value, it was deleted. `now`: as it is.
    void restoreRequested(const QByteArray &key, const core::KeyState &now,
                          const std::optional<QByteArray> &value, slotscope::core::Revision revision);
    void messageRaised(const QString &text);
    /// It comes into view, and is for reading.
    void roomWanted();

protected:
    void showEvent(QShowEvent *event) override;

private:
    enum class CopyAs { Text, Json, Hex };
    void readIfSeen();
    void read();
    void stateChanged();
    void selectionChanged();
    /// What is selected, the latest first.
    std::vector<int> selectedRows() const;
    void restore();
    void copy(CopyAs form);
    void showContextMenu(const QPoint &position);
    void bannerAction();

    QPointer<core::Connection> m_connection;
    std::unique_ptr<core::KeyHistory> m_history;
    QByteArray m_selected; // in the table
    QByteArray m_wanted; // to be shown as soon as it is seen
    QByteArray m_key;
    ResolvedKey m_resolved;
    VersionModel *m_model;
    QTimer m_due; // who walks through a table does not want all histories
    Banner *m_banner;
    QLabel *m_title;
    QCheckBox *m_followBox;
    QTreeView *m_view;
    VersionDetail *m_detail;
    QPushButton *m_restore;
    QPushButton *m_copy;
    QMenu *m_copyMenu;
};

} // namespace slotscope::ui
