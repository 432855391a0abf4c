// SPDX-License-Identifier: GPL-3.0-or-later
//
// How Inspector hands on edits, and keeps tree, text and bytes in step.
#include "core/value/valueedit.h"
#include "core/value/valuetext.h"
#include "ui/panels/banner.h"
#include "ui/panels/hexpane.h"
#include "ui/panels/inspector.h"
#include "ui/panels/inspectortree.h"
#include "ui/panels/textpane.h"
#include "ui/panels/textstager.h"
#include "ui/views/codeeditor.h"
#include "ui/views/hexview.h"

#include <QTabWidget>
#include <QtConcurrentRun>

namespace slotscope::ui {

using core::Value;
using EncodedBytes = core::Expected<QByteArray, core::EncodeError>;

void Inspector::stageValue(const Value &value)
{
    if (!m_record)
        return;
    stageEncoded(shownValue().size(), [codec = m_record->codec, value, before = encodedBefore()] {
        return codec.encodeValue(value, before);
    });
}

void Inspector::stageBytes(const QByteArray &bytes, bool plain)
{
    if (!m_record)
        return;
    if (!plain) {
        takeEncoded({m_record->record.key, m_record->madeOn, bytes});
        return;
    }
    stageEncoded(bytes.size(), [codec = m_record->codec, bytes, before = encodedBefore()] {
        return codec.compressed(bytes, before);
    });
}

void Inspector::stageEncoded(qsizetype size, std::function<EncodedBytes()> encode)
{
    const QByteArray key = m_record->record.key;
    const core::KeyState madeOn = m_record->madeOn;
    if (size < LargeValue) {
        takeEncoded({key, madeOn, encode()});
        return;
    }
    ++m_encoding;
    // Until the new value is there, a further edit would be made on the old one.
    m_tree->setEnabled(false);
    auto *watcher = new QFutureWatcher<Encoded>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher] {
        watcher->deleteLater();
        --m_encoding;
        m_tree->setEnabled(m_decoded);
        takeEncoded(watcher->result());
        Q_EMIT busyChanged();
    });
    watcher->setFuture(QtConcurrent::run([key, madeOn, encode = std::move(encode)] {
        return Encoded {key, madeOn, encode()};
    }));
}

void Inspector::takeEncoded(const Encoded &encoded)
{
    if (!encoded.bytes) {
        const core::EncodeError &error = encoded.bytes.error();
        const QString path = error.path.toString();
        refuse(path.isEmpty() ? error.what : QStringLiteral("%1: %2").arg(path, error.what));
        return;
    }
    m_editBanner->clearMessage();
    Q_EMIT valueEdited(encoded.key, *encoded.bytes, encoded.madeOn);
}

void Inspector::refuse(const QString &reason)
{
    m_tree->forgetPlans();
    const QString sentence = reason.endsWith(QLatin1Char('.')) ? reason : reason + QLatin1Char('.');
    m_editBanner->setMessage(theme::Mark::Warning, tr("Not changed: %1").arg(sentence));
}

void Inspector::refuseEdit(const QByteArray &key, const QString &reason)
{
    m_stager->refuse(key, reason);
    if (!m_record || m_record->record.key != key)
        return;
    refuse(reason);
    // What was typed into the bytes is not what is staged.
    if (m_record->codec.type().compression == core::Compression::None)
        m_hex->setBytes(shownValue(), std::nullopt, true);
    else
        decodeRecord();
}

void Inspector::finishEditing(std::function<void(bool)> finished)
{
    m_tree->finishEditing();
    m_stager->finish([this, finished = std::move(finished)](bool fine) {
        if (!fine)
            m_tabs->setCurrentIndex(TextTab);
        finished(fine);
    });
}

qsizetype Inspector::wrongTexts() const
{
    return m_stager->wrongTexts();
}

void Inspector::forgetWrongTexts()
{
    m_stager->forgetAll();
}

void Inspector::showKept()
{
    const std::vector<QByteArray> keys = m_stager->keptKeys();
    if (keys.empty()) {
        m_keptBanner->clearMessage();
        return;
    }
    const QString text = keys.size() == 1
        ? tr("What you typed as text into another record is not valid yet. It is kept, but not staged.")
        : tr("What you typed as text into %1 other records is not valid yet. It is kept, but not staged.")
              .arg(keys.size());
    m_keptBanner->setMessage(theme::Mark::Warning, text, tr("Go back"));
}

void Inspector::highlight(const Value::Source &source, bool scroll)
{
    // Offsets in a compressed value count its decompressed bytes.
    const bool stored = m_record && m_record->codec.type().compression == core::Compression::None;
    if ((stored || m_hex->showsPlain()) && source.offset >= 0)
        m_hex->view()->setHighlight(source.offset, source.length, scroll);
    else
        m_hex->view()->clearHighlight();
}

void Inspector::highlightCurrent(bool scroll)
{
    const core::ValuePath path = m_tree->currentPath();
    const Value *node = path.isEmpty() ? nullptr : path.find(m_value);
    highlight(node && m_decoded ? node->source() : Value::Source(), scroll);
    if (m_tabs->currentIndex() == TextTab)
        markInText();
}

// Where finding it costs little.
void Inspector::markInText()
{
    CodeEditor *editor = m_text->editor();
    const core::ValuePath path = m_tree->currentPath();
    const bool asShown =
        m_decoded && m_text->showsWhole() && !m_stager->isPending() && m_stager->showsValue();
    if (!asShown || path.isEmpty()
        || (m_text->form() != TextForm::JsonStored && editor->length() > LargeValue)) {
        editor->clearMark();
        return;
    }
    const TextRange range = rangeInText(m_text->form(), m_value, path, editor->text());
    editor->setMark(range.offset, range.offset < 0 ? 0 : range.length, !editor->hasFocusInside());
}

void Inspector::followHexCursor(qint64 offset)
{
    const bool stored = m_record && m_record->codec.type().compression == core::Compression::None;
    if (!m_decoded || !(stored || m_hex->showsPlain()) || !m_hex->view()->hasFocus())
        return;
    const core::ValuePath path = core::pathAtOffset(m_value, offset);
    if (path.isEmpty() || path == m_tree->currentPath())
        return;
    m_followingHex = true;
    m_tree->setCurrentPath(path);
    m_followingHex = false;
}

} // namespace slotscope::ui
