// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/textstager.h"

#include "ui/panels/textpane.h"
#include "ui/views/codeeditor.h"

#include <QtConcurrentRun>

namespace slotscope::ui {

namespace {

constexpr int PauseMilliseconds = 400; // after the last key
constexpr qsizetype LargeText = 65'536; // bytes; reading more could be felt

} // namespace

TextStager::TextStager(TextPane *pane, QObject *parent)
    : QObject(parent)
    , m_pane(pane)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(PauseMilliseconds);
    connect(&m_timer, &QTimer::timeout, this, &TextStager::read);
    connect(pane->editor(), &CodeEditor::textEdited, this, &TextStager::typed);
    connect(pane->editor(), &CodeEditor::focusLeft, this, [this] {
        if (isPending())
            read();
    });
    connect(pane->editor(), &CodeEditor::submitted, this, [this] {
        if (m_typed)
            read();
    });
    connect(pane, &TextPane::discardRequested, this, &TextStager::discard);
    connect(pane, &TextPane::formChosen, this, [this](TextForm form) {
        m_chosenForm = form;
        // The other form is of the value, so what is typed has to become it first.
        finish([this](bool fine) {
            if (fine)
                Q_EMIT formWanted();
            else
                m_pane->setForms(m_shown.forms, m_pane->form());
        });
    });
}

TextStager::~TextStager() = default;

void TextStager::show(const Shown &shown)
{
    const bool sameKey = m_hasShown && m_shown.key == shown.key;
    const bool sameBytes = sameKey && m_shown.bytes == shown.bytes;
    m_shown = shown;
    m_hasShown = true;
    m_pane->setEditable(shown.editable);
    const auto kept = m_kept.find(shown.key);
    if (!sameKey && kept != m_kept.end()) {
        const Draft draft = *kept;
        m_kept.erase(kept);
        m_base = draft.on;
        m_typed = true;
        m_wrong = false;
        ++m_version;
        m_pane->setForms(shown.forms, draft.form);
        m_pane->setTypedText(draft.text, draft.form);
        m_pane->setOvertaken(m_base.bytes != shown.bytes);
        read();
        Q_EMIT keptChanged();
        return;
    }
    if (sameKey && m_typed) {
        // Nothing that is typed is written over.
        if (!sameBytes)
            m_pane->setOvertaken(m_base.bytes != shown.bytes);
        return;
    }
    m_pane->setForms(shown.forms, shown.form);
    // The text stands for these bytes, though the value might be laid out in another way.
    if (sameKey && m_hasStaged && m_staged == shown.bytes && shown.form == m_pane->form())
        return;
    present();
    if (!sameKey)
        m_wrong = false;
    m_hasStaged = false;
    m_pane->setText(shown.text, shown.form, sameKey);
}

void TextStager::present()
{
    m_typed = false;
    m_wrong = false;
    m_timer.stop();
    ++m_version;
}

TextStager::Draft TextStager::currentDraft() const
{
    return {m_base, m_pane->text(), m_pane->form()};
}

TextEdit TextStager::editOf(const Draft &draft)
{
    return {draft.form, draft.text, draft.on.codec, draft.on.value, draft.on.before};
}

void TextStager::typed()
{
    if (!m_hasShown)
        return;
    if (!m_typed)
        m_base = m_shown;
    m_typed = true;
    m_wrong = false;
    ++m_version;
    m_timer.start();
}

void TextStager::read()
{
    m_timer.stop();
    const Draft draft = currentDraft();
    if (draft.text.size() < LargeText) {
        take(draft, bytesOfText(editOf(draft)));
        return;
    }
    m_reading = true;
    const quint64 version = m_version;
    auto *watcher = new QFutureWatcher<Reading>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, draft, version] {
        watcher->deleteLater();
        // Typed on meanwhile: it will be read again.
        if (version != m_version)
            return;
        m_reading = false;
        take(draft, watcher->result());
    });
    watcher->setFuture(QtConcurrent::run([edit = editOf(draft)] { return bytesOfText(edit); }));
}

void TextStager::take(const Draft &draft, const Reading &reading)
{
    if (reading) {
        m_typed = false;
        m_wrong = false;
        m_staged = *reading;
        m_hasStaged = true;
        m_pane->clearError();
        m_pane->setOvertaken(false);
        if (*reading != m_shown.bytes || draft.on.bytes != m_shown.bytes)
            send(draft, *reading);
    } else {
        m_wrong = true;
        m_pane->setError(reading.error());
    }
    Q_EMIT settled();
    if (const auto finished = std::exchange(m_finished, nullptr))
        finished(reading.hasValue());
}

void TextStager::send(const Draft &draft, const QByteArray &bytes)
{
    m_sent = draft;
    Q_EMIT edited(draft.on.key, bytes, draft.on.madeOn);
}

void TextStager::refuse(const QByteArray &key, const QString &reason)
{
    if (m_sent.on.key != key)
        return;
    if (!m_hasShown || m_shown.key != key) {
        m_kept.insert(key, m_sent);
        Q_EMIT keptChanged();
    } else if (m_hasStaged) {
        m_base = m_sent.on;
        m_typed = true;
        m_wrong = true;
        m_hasStaged = false;
        m_pane->setError({-1, reason});
    }
    m_sent = Draft();
}

void TextStager::finish(std::function<void(bool)> finished)
{
    if (!m_typed || m_wrong) {
        finished(!m_wrong);
        return;
    }
    m_finished = std::move(finished);
    read();
}

void TextStager::leave()
{
    if (!m_hasShown)
        return;
    if (m_typed) {
        const Draft draft = currentDraft();
        const bool wrong = m_wrong;
        m_timer.stop();
        m_reading = false;
        ++m_version;
        m_typed = false;
        m_wrong = false;
        // Until it is known to be right, it is kept.
        m_kept.insert(draft.on.key, draft);
        const auto settle = [this, draft](const Reading &reading) {
            const auto kept = m_kept.find(draft.on.key);
            if (!reading || kept == m_kept.end() || kept->text != draft.text)
                return;
            m_kept.erase(kept);
            send(draft, *reading);
            Q_EMIT keptChanged();
        };
        if (!wrong && draft.text.size() < LargeText) {
            settle(bytesOfText(editOf(draft)));
        } else if (!wrong) {
            auto *watcher = new QFutureWatcher<Reading>(this);
            connect(watcher, &QFutureWatcherBase::finished, this, [watcher, settle] {
                watcher->deleteLater();
                settle(watcher->result());
            });
            watcher->setFuture(QtConcurrent::run([edit = editOf(draft)] { return bytesOfText(edit); }));
        }
        Q_EMIT keptChanged();
    }
    if (const auto finished = std::exchange(m_finished, nullptr))
        finished(false);
    m_hasShown = false;
    m_hasStaged = false;
    m_pane->clearError();
    m_pane->setOvertaken(false);
}

void TextStager::discard()
{
    present();
    m_reading = false;
    m_hasStaged = false;
    if (m_hasShown)
        m_pane->setText(m_shown.text, m_shown.form, true);
    Q_EMIT settled();
}

std::vector<QByteArray> TextStager::keptKeys() const
{
    const QList<QByteArray> keys = m_kept.keys();
    return {keys.begin(), keys.end()};
}

void TextStager::forgetAll()
{
    m_kept.clear();
    present();
    Q_EMIT keptChanged();
}

} // namespace slotscope::ui
