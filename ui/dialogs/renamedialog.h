// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"
#include "core/doctor/referrers.h"
#include "ui/dialogs/keydialog.h"

class QProgressBar;
class QTreeWidget;
class QTreeWidgetItem;

namespace slotscope::ui {

/// Gives a record another key. Lists who refers to it by the old one, and changes, if wanted, those fields in
/// the same step.
class RenameDialog : public KeyDialog
{
    Q_OBJECT
public:
    /// All are to outlive the dialog.
    RenameDialog(core::Connection *connection, RecordModel *model, const QByteArray &key,
                 QWidget *parent = nullptr);
    ~RenameDialog() override;

    /// The places that refer to the record; those with a box can be changed along.
    QTreeWidget *references() const { return m_references; }
    QLabel *referencesText() const { return m_text; }
    bool isSearching() const { return m_search != nullptr; }

    /// Reads the records to be changed along once more, stages all, and closes.
    void accept() override;

Q_SIGNALS:
    /// It is staged: so in words, and under this key.
    void renamed(const QByteArray &key, const QString &message);

private:
    struct Place
    {
        core::Reference reference;
        core::SlotCodec codec;
        QTreeWidgetItem *item = nullptr;
    };
    void search();
    void add(const std::vector<core::Reference> &references, bool isStaged);
    void searched(const core::Result<core::Revision> &result);
    void addStaged();
    QString remarkOn(const core::Reference &reference) const;
    void updateText();
    std::vector<const Place *> chosen() const;
    void readChosen();
    void stage(const std::vector<core::KeyState> &states);
    void refuse(const QString &why);

    core::Connection *m_connection;
    std::unique_ptr<core::ReferrerSearch> m_search;
    std::vector<core::SlotToSearch> m_places;
    std::vector<Place> m_found;
    core::ValueList m_oldParts;
    core::KeyComponent m_component = core::KeyComponent::Bytes;
    QString m_cannotSearch; // empty: searched, or being so
    std::vector<QByteArray> m_keys; // of the records to be changed along, while they are read
    core::Call<core::TxnReply> m_call;
    bool m_reading = false;
    QTreeWidget *m_references;
    QLabel *m_text;
    QProgressBar *m_progress;
};

} // namespace slotscope::ui
