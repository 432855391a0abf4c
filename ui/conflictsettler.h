// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/merge.h"
#include "ui/models/changesummary.h"

#include <QObject>
#include <QPointer>

namespace slotscope::core {
class EditSession;
}

namespace slotscope::ui {

/// Settles conflicts so that my fields win and all others are as somebody else has written them. Large values
/// are merged on another thread; what is no longer as it was by then stays in conflict.
class ConflictSettler : public QObject
{
    Q_OBJECT
public:
    explicit ConflictSettler(QObject *parent = nullptr);

    /// Null pointer: none.
    void setSession(core::EditSession *session, KeyResolver resolver);
    void keepMine(const std::vector<QByteArray> &keys);
    /// While values are merged on another thread.
    bool isBusy() const { return m_working > 0; }

Q_SIGNALS:
    /// Why a conflict was not settled.
    void refused(const QByteArray &key, const QString &reason);

private:
    using Settled = core::Expected<std::optional<QByteArray>, core::EncodeError>;
    static Settled settle(const core::SlotCodec &codec, const core::Change &change);
    void take(const core::Change &change, const QString &keyText, const Settled &value);

    QPointer<core::EditSession> m_session;
    KeyResolver m_resolver;
    int m_working = 0;
};

} // namespace slotscope::ui
