// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"
#include "core/doctor/indexdoctor.h"

#include <QPointer>
#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;
class QTreeView;

namespace slotscope::ui {

class ProblemsModel;

/// The doctor's room: checks indexes and catalogue, lists what is wrong, and stages repairs for review.
/// Writes nothing by itself.
class ProblemsPanel : public QWidget
{
    Q_OBJECT
public:
    explicit ProblemsPanel(QWidget *parent = nullptr);
    ~ProblemsPanel() override;

    /// Null pointer: nothing is connected.
    void follow(core::Connection *connection);
    /// Checks all indexes and the catalogue; or, of one slot, the indexes that it is or has.
    void check(std::optional<core::Slot> slot = {});
    bool isChecking() const { return m_doctor != nullptr; }

    ProblemsModel *model() const { return m_model; }
    QTreeView *view() const { return m_view; }
    QPushButton *checkButton() const { return m_check; }
    QPushButton *repairButton() const { return m_repair; }
    QLabel *summary() const { return m_summary; }

Q_SIGNALS:
    /// The record or entry behind a problem is to be shown.
    void showRequested(const QByteArray &key);
    /// The catalogue entry behind a problem, be it there or not, is to be edited.
    void entryRequested(std::optional<slotscope::core::Slot> slot);
    /// Repairs were staged and should be looked at.
    void reviewRequested();
    /// A check has ended, by itself or by the user.
    void checked();

private:
    void cancel();
    void take(const core::Result<core::IndexReport> &result, std::optional<core::Slot> slot);
    void stageRepairs();
    std::vector<int> rowsToRepair() const;
    void showContextMenu(const QPoint &position);
    void updateActions();

    QPointer<core::Connection> m_connection;
    std::unique_ptr<core::IndexDoctor> m_doctor;
    ProblemsModel *m_model;
    QTreeView *m_view;
    QLabel *m_summary;
    QProgressBar *m_progress;
    QPushButton *m_check;
    QPushButton *m_repair;
};

} // namespace slotscope::ui
