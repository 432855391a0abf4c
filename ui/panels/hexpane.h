// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <optional>

class QComboBox;
class QLabel;
class QLineEdit;
class QToolButton;

namespace slotscope::ui {

class FindBar;
class HexView;

/// The bytes of a value: of a compressed one decompressed or as stored, with a line that says where the
/// cursor is and a bar to find (Ctrl+F, F3, Shift+F3).
class HexPane : public QWidget
{
    Q_OBJECT
public:
    explicit HexPane(QWidget *parent = nullptr);
    ~HexPane() override;

    /// `plain`: decompressed; nothing where the value is not compressed, or cannot be decompressed.
    void setBytes(const QByteArray &stored, const std::optional<QByteArray> &plain, bool sameRecord);
    void setEditable(bool editable);
    void setTitle(const QString &title);
    /// Whether the bytes shown are decompressed ones.
    bool showsPlain() const;

    HexView *view() const { return m_view; }
    QComboBox *choice() const { return m_choice; }
    QLineEdit *findLine() const;
    QLabel *findResult() const;
    QLabel *stateLabel() const { return m_state; }
    QToolButton *modeButton() const { return m_mode; }

Q_SIGNALS:
    /// `plain`: they are the decompressed bytes.
    void edited(const QByteArray &bytes, bool plain);
    /// Decompressed bytes are shown instead of the stored ones, or the other way round.
    void choiceChanged();

private:
    void showChosen(bool sameRecord);
    void updateState();
    void find(bool backward);
    std::optional<QByteArray> wantedBytes() const;

    QByteArray m_stored;
    std::optional<QByteArray> m_plain;
    QLabel *m_title;
    QComboBox *m_choice;
    HexView *m_view;
    QLabel *m_state;
    QToolButton *m_mode;
    FindBar *m_findBar;
};

} // namespace slotscope::ui
