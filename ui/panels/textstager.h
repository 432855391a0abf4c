// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/change.h"
#include "ui/models/textforms.h"

#include <QFutureWatcher>
#include <QHash>
#include <QObject>
#include <QTimer>

#include <functional>

namespace slotscope::ui {

class TextPane;

/// Turns what is typed into a TextPane into edits: a moment after the last key, or at once when the pane is
/// left or Ctrl+Enter is pressed. A text that is wrong is never staged and never lost: it stays in the pane,
/// and is kept with its key while other records are shown. Large texts are read on the thread pool.
class TextStager : public QObject
{
    Q_OBJECT
public:
    /// A value to be shown as text.
    struct Shown
    {
        QByteArray key;
        core::SlotCodec codec;
        std::optional<core::Value> value; ///< nothing where it cannot be decoded
        QByteArray bytes; ///< as stored or staged
        QByteArray before; ///< for SlotCodec::encodeValue()
        core::KeyState madeOn;
        std::vector<TextForm> forms;
        TextForm form = TextForm::Plain; ///< that `text` has
        QByteArray text;
        bool editable = false;
    };

    explicit TextStager(TextPane *pane, QObject *parent = nullptr);
    ~TextStager() override;

    void show(const Shown &shown);
    /// Another record, or none, is to be shown: what is typed is read, and kept if it is wrong.
    void leave();
    /// Calls back, at once unless the text is large: true, and everything that was typed is staged; false,
    /// and the pane shows what is wrong.
    void finish(std::function<void(bool)> finished);
    /// What was handed on by edited() could not be staged: the text stays, with the reason.
    void refuse(const QByteArray &key, const QString &reason);
    /// Gives up what was typed, and shows the value.
    void discard();

    /// Something was typed that is not read yet.
    bool isPending() const { return m_typed && !m_wrong; }
    /// The text is the one that was shown, not typed by anybody.
    bool showsValue() const { return m_hasShown && !m_typed && !m_hasStaged; }
    bool isReading() const { return m_reading; }
    /// The keys of wrong texts that are kept, not counting that of the text shown.
    std::vector<QByteArray> keptKeys() const;
    /// Wrong texts in all.
    qsizetype wrongTexts() const { return m_kept.size() + (m_wrong ? 1 : 0); }
    void forgetAll();
    /// The form that the user chose for values that have several.
    std::optional<TextForm> chosenForm() const { return m_chosenForm; }

Q_SIGNALS:
    void edited(const QByteArray &key, const QByteArray &bytes, const slotscope::core::KeyState &madeOn);
    /// Another form is wanted.
    void formWanted();
    void keptChanged();
    /// What was typed has been read, or given up.
    void settled();

private:
    struct Draft
    {
        Shown on; // what it was begun on
        QByteArray text;
        TextForm form = TextForm::Plain;
    };
    using Reading = core::Expected<QByteArray, core::DecodeError>;
    static TextEdit editOf(const Draft &draft);
    Draft currentDraft() const;
    void typed();
    void read();
    void take(const Draft &draft, const Reading &reading);
    void present();
    void send(const Draft &draft, const QByteArray &bytes);

    TextPane *m_pane;
    QTimer m_timer;
    Shown m_shown;
    Shown m_base; // what was shown when the typing began
    bool m_hasShown = false;
    bool m_typed = false; // since the text was shown or staged
    bool m_wrong = false; // and it was read, and is wrong
    bool m_reading = false;
    quint64 m_version = 0; // of the text
    Draft m_sent; // handed on last
    QByteArray m_staged; // the bytes that the text in the pane stands for
    bool m_hasStaged = false;
    std::optional<TextForm> m_chosenForm;
    QHash<QByteArray, Draft> m_kept;
    std::function<void(bool)> m_finished;
};

} // namespace slotscope::ui
