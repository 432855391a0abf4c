// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;

namespace slotscope::ui {

/// One entry of the catalogue: made, mended or changed, and staged for review. Members that are not shown
/// here stay as they are, byte for byte.
class CatalogueDialog : public QDialog
{
    Q_OBJECT
public:
    /// The entry of a slot, be it there or not; without a slot a new one, for a number to be chosen. The
    /// connection is to outlive the dialog.
    CatalogueDialog(core::Connection *connection, std::optional<core::Slot> slot, QWidget *parent = nullptr);

    void accept() override;
    /// What is known of the entry is there to be edited.
    bool isReady() const { return m_ready; }
    QSpinBox *slotField() const { return m_slot; }
    QLineEdit *oidField() const { return m_oid; }
    QLineEdit *nameField() const { return m_name; }
    QLabel *problem() const { return m_problem; }
    QLabel *note() const { return m_note; }
    QPushButton *generateButton() const { return m_generate; }
    QPushButton *okButton() const { return m_ok; }

Q_SIGNALS:
    /// The change is staged under this key.
    void staged(const QByteArray &key);

private:
    void read();
    void take(const core::KeyState &state);
    void validate();
    core::CatalogueEntry entry() const;

    core::Connection *m_connection;
    bool m_isNew;
    bool m_ready = false;
    core::KeyState m_state; // of the key, as it is on the server
    QByteArray m_before; // what is edited: staged, or on the server
    core::CatalogueEntry m_known; // what that says
    QSpinBox *m_slot;
    QLineEdit *m_oid;
    QLineEdit *m_name;
    QPlainTextEdit *m_description;
    QLineEdit *m_creator;
    QLabel *m_problem;
    QLabel *m_note;
    QPushButton *m_generate;
    QPushButton *m_ok = nullptr;
};

} // namespace slotscope::ui
