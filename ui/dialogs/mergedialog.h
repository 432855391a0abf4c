// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/editsession.h"
#include "ui/models/changesummary.h"
#include "ui/models/mergemodel.h"

#include <QDialog>
#include <QPointer>

class QDialogButtonBox;
class QLabel;
class QPushButton;
class QTreeView;

namespace slotscope::ui {

class Banner;

/// A conflict, settled field by field: what was, what is mine, what is theirs, and what it is to become.
/// Where one of the two has deleted the record, or it has no fields, as a whole. Follows what becomes of the
/// record meanwhile; large values are merged on another thread.
class MergeDialog : public QDialog
{
    Q_OBJECT
public:
    MergeDialog(core::EditSession *session, KeyResolver resolver, const QByteArray &key,
                QWidget *parent = nullptr);

    const QByteArray &key() const { return m_key; }
    MergeModel *model() const { return m_model; }
    QTreeView *view() const { return m_view; }
    Banner *banner() const { return m_banner; }
    QLabel *status() const { return m_status; }
    QPushButton *mineButton() const { return m_mine; }
    QPushButton *theirsButton() const { return m_theirs; }
    QPushButton *editButton() const { return m_edit; }
    QPushButton *allMineButton() const { return m_allMine; }
    QPushButton *allTheirsButton() const { return m_allTheirs; }
    /// Settles it with what is chosen, or with mine as a whole where there are no fields.
    QPushButton *acceptButton() const { return m_accept; }
    /// Lets mine go, where there are no fields.
    QPushButton *letGoButton() const { return m_letGo; }
    /// While something is found out on another thread.
    bool isBusy() const { return m_busy; }

    void accept() override;

Q_SIGNALS:
    /// In a sentence.
    void settled(const QString &how);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void buildLayout();
    void look();
    void takeMerge(const core::RecordMerge &merge);
    void showKind();
    void choose(core::MergeChoice::Take take);
    void editResult();
    void finish(const core::Expected<std::optional<QByteArray>, core::EncodeError> &value);
    void letGo();
    void updateButtons();
    void goOn();
    int currentRow() const;
    /// Runs on the pool for large values, else at once; what comes of a state that is no longer is dropped.
    template <typename Work, typename Done>
    void work(Work make, Done done);

    QPointer<core::EditSession> m_session;
    KeyResolver m_resolver;
    QByteArray m_key;
    core::SlotCodec m_codec;
    std::optional<core::Change> m_change; // what is shown
    std::optional<core::RecordMerge> m_merge;
    bool m_busy = false;
    bool m_large = false;
    bool m_isSettling = false; // by this dialog
    quint64 m_generation = 0;

    MergeModel *m_model;
    QLabel *m_title;
    Banner *m_banner;
    QTreeView *m_view;
    QLabel *m_status;
    QPushButton *m_mine;
    QPushButton *m_theirs;
    QPushButton *m_edit;
    QPushButton *m_allMine;
    QPushButton *m_allTheirs;
    QPushButton *m_accept;
    QPushButton *m_letGo;
    QDialogButtonBox *m_buttons;
};

} // namespace slotscope::ui
