// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/conflictsettler.h"

#include "core/edit/editsession.h"

#include <QFutureWatcher>
#include <QtConcurrentRun>

namespace slotscope::ui {

using core::Change;

ConflictSettler::ConflictSettler(QObject *parent)
    : QObject(parent)
{
}

void ConflictSettler::setSession(core::EditSession *session, KeyResolver resolver)
{
    m_session = session;
    m_resolver = std::move(resolver);
}

ConflictSettler::Settled ConflictSettler::settle(const core::SlotCodec &codec, const Change &change)
{
    return core::RecordMerge(codec, change, *change.conflict).mineWins();
}

void ConflictSettler::keepMine(const std::vector<QByteArray> &keys)
{
    constexpr qsizetype BytesAtOnce = 256 * 1024; // of many that are small
    qsizetype bytes = 0;
    for (const QByteArray &key : keys) {
        const Change *found = m_session ? m_session->find(key) : nullptr;
        if (!found || !found->conflict)
            continue;
        const Change change = *found; // settling one may change the list
        const core::SlotCodec codec = m_resolver ? m_resolver(key).codec : core::SlotCodec();
        const QString text = keyText(codec, key);
        bytes += change.value.size() + change.base.value.size() + change.conflict->value.size();
        if (bytes <= BytesAtOnce && !core::isLargeMerge(codec, change, *change.conflict)) {
            take(change, text, settle(codec, change));
            continue;
        }
        ++m_working;
        auto *watcher = new QFutureWatcher<Settled>(this);
        connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, change, text] {
            watcher->deleteLater();
            --m_working;
            take(change, text, watcher->result());
        });
        watcher->setFuture(QtConcurrent::run(&ConflictSettler::settle, codec, change));
    }
}

void ConflictSettler::take(const Change &change, const QString &keyText, const Settled &value)
{
    const Change *now = m_session ? m_session->find(change.key) : nullptr;
    if (!now || *now != change)
        return;
    if (!value) {
        const QString path = value.error().path.toString();
        Q_EMIT refused(change.key,
                       path.isEmpty() ? value.error().what
                                      : QStringLiteral("%1: %2").arg(path, value.error().what));
    } else if (!m_session->resolve(change.key, *value, tr("Keep mine of %1").arg(keyText))) {
        Q_EMIT refused(change.key, tr("a commit is on its way"));
    }
}

} // namespace slotscope::ui
