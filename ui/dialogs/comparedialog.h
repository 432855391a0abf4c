// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"
#include "core/history/diffsource.h"
#include "ui/models/diffmodel.h"
#include "ui/prompts.h"

#include <QDialog>
#include <QFutureWatcher>
#include <QPointer>

#include <array>
#include <deque>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTreeView;
class QTreeWidget;

namespace slotscope::ui {

/// Compares a table with what it was, with the same table elsewhere or in a file, and stages what makes the
/// present one so.
class CompareDialog : public QDialog
{
    Q_OBJECT
public:
    /// What is compared: a slot, or the plain keys of a range.
    struct Subject
    {
        core::KeyRange range {};
        std::optional<core::Slot> slot {};
        QString oid {}; ///< of its table, if it has one
        QString title {};
        core::SlotCodec codec {};
    };

    /// `present`: where things are staged.
    CompareDialog(core::Connection *present, Prompts *prompts, Subject subject, QWidget *parent = nullptr);
    ~CompareDialog() override;

    /// As people write them: `now`, a revision, a URL, a file.
    void setSides(const QString &a, const QString &b);
    void compare();

    QComboBox *sideField(bool first) const { return m_sides[first ? 0 : 1].field; }
    QPushButton *compareButton() const { return m_compare; }
    QPushButton *stageButton() const { return m_stage; }
    QPushButton *checkAllButton() const { return m_checkAll; }
    QLineEdit *filterField() const { return m_filter; }
    QTreeView *view() const { return m_view; }
    QTreeWidget *fields() const { return m_fields; }
    DiffModel *model() const { return m_model; }
    QString status() const;
    /// Nothing is being read, described or staged.
    bool isIdle() const;

Q_SIGNALS:
    /// Edits were staged.
    void staged(const QString &message);
    /// The record is to be shown in its table.
    void showRequested(const QByteArray &key);

private:
    struct Side
    {
        QComboBox *field = nullptr;
        std::unique_ptr<core::DiffEnd> end;
    };
    struct Batch
    {
        std::vector<DiffRowPointer> rows;
        std::vector<bool> shown;
        quint64 filter = 0; // generation
    };
    void buildSide(Side *side, const QString &name, QLayout *layout);
    void stop();
    void openEnds(const std::array<core::DiffSource, 2> &sources);
    void startDiff();
    void take(const std::vector<core::RowDifference> &differences);
    void describeNext();
    void takeDescribed();
    void takeFilter();
    void filterAll();
    void takeFiltered();
    void fail(const core::Error &error, bool first);
    void tell(const QString &text);
    void updateStatus();
    void updateTargets();
    void updateButtons();
    void showFields();
    DiffReading reading() const;
    QByteArray presentKey(const core::RowDifference &difference) const;
    void stage();
    void readCurrent(size_t from);
    void stageRead();

    QPointer<core::Connection> m_present;
    Prompts *m_prompts;
    Subject m_subject;
    std::array<Side, 2> m_sides;
    bool m_opening = false;
    int m_openEnds = 0;
    QStringList m_missing; // sides that have no such table
    std::unique_ptr<core::TableDiff> m_diff;
    std::deque<std::vector<core::RowDifference>> m_toDescribe;
    QFutureWatcher<std::shared_ptr<Batch>> m_describing;
    QFutureWatcher<std::shared_ptr<Batch>> m_filtering;
    // Until the outcome was taken, which is later than the watchers say.
    bool m_isDescribing = false;
    bool m_isFiltering = false;
    DiffFilter m_filterNow;
    quint64 m_filterGeneration = 0;
    quint64 m_generation = 0; // of the comparison
    quint64 m_described = 0; // the comparison that is being described
    size_t m_listed = 0; // or on their way to be
    qint64 m_listedBytes = 0;
    bool m_truncated = false;
    QString m_error;
    // What is being staged.
    std::vector<DiffRowPointer> m_wanted;
    bool m_wantedFirst = true; // as it is on the first side
    std::vector<core::KeyState> m_current;
    core::Call<core::TxnReply> m_reading;

    DiffModel *m_model;
    QPushButton *m_compare;
    QLabel *m_status;
    QLineEdit *m_filter;
    QLabel *m_filterProblem;
    std::array<QCheckBox *, 3> m_kinds {};
    QTreeView *m_view;
    QTreeWidget *m_fields;
    QPushButton *m_checkAll;
    QPushButton *m_checkNone;
    QComboBox *m_target;
    QPushButton *m_stage;
};

} // namespace slotscope::ui
