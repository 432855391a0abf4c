// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/keymaker.h"
#include "ui/models/recordmodel.h"

#include <QDialog>

class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QToolButton;
class QVBoxLayout;

namespace slotscope::ui {

/// Asks for the key of a record, part by part, each checked while it is typed or made up.
class KeyDialog : public QDialog
{
    Q_OBJECT
public:
    enum class Purpose { New, Clone, Rename };

    /// `from`: the record that is cloned or renamed; else null. `model` is to outlive the dialog.
    KeyDialog(Purpose purpose, RecordModel *model, QByteArray from, QWidget *parent = nullptr);

    QLineEdit *partEdit(int part) const { return m_parts[size_t(part)].edit; }
    /// Its menu makes the part up.
    QToolButton *makeButton(int part) const { return m_parts[size_t(part)].make; }
    QLabel *message() const { return m_message; }
    QPushButton *okButton() const { return m_ok; }
    /// The key that is typed; null where it is none, or none that can be used.
    QByteArray key() const { return m_key; }

    void accept() override;

Q_SIGNALS:
    void keyChosen(const QByteArray &key);

protected:
    QVBoxLayout *body() const { return m_body; }
    const QByteArray &from() const { return m_from; }
    RecordModel *model() const { return m_model; }
    virtual void keyChanged() { }

private:
    struct Part
    {
        core::KeyComponent component;
        QLineEdit *edit = nullptr;
        QToolButton *make = nullptr;
        QLabel *problem = nullptr;
    };
    void addPart(core::KeyComponent component, const QString &title, QFormLayout *form);
    void make(size_t part, core::KeyMaker maker);
    core::ValueList typedParts() const;
    void check();

    Purpose m_purpose;
    RecordModel *m_model;
    QByteArray m_from;
    core::ValueList m_before; // its parts; blank for a new one
    core::KeyFactory m_factory;
    std::vector<Part> m_parts;
    QByteArray m_key;
    QVBoxLayout *m_body;
    QLabel *m_message;
    QPushButton *m_ok = nullptr;
};

} // namespace slotscope::ui
