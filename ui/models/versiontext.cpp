// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/versiontext.h"

#include <QCoreApplication>
#include <QLocale>

namespace slotscope::ui {

using core::Change;
using core::KeyVersion;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("VersionText", text);
}

bool isThere(const KeyVersion *version)
{
    return version && !version->deleted;
}

QString leaseName(core::LeaseId lease)
{
    return lease.value == 0 ? tr("no lease") : tr("lease %1").arg(lease.value, 0, 16);
}

} // namespace

Change changeBetween(const KeyVersion *before, const KeyVersion *after)
{
    Change change;
    if (isThere(before)) {
        change.key = before->kv.key;
        change.base = core::KeyState::of(before->kv);
    }
    if (isThere(after)) {
        change.key = after->kv.key;
        change.value = after->kv.value;
        change.kind = isThere(before) ? Change::Kind::Update : Change::Kind::Insert;
    } else {
        change.kind = Change::Kind::Delete;
    }
    return change;
}

QString versionKind(const KeyVersion *before, const KeyVersion &version)
{
    if (version.deleted)
        return tr("deleted");
    if (version.isCreate())
        return tr("created");
    return before ? tr("changed") : tr("oldest retained");
}

QString versionText(const core::SlotCodec &codec, const KeyVersion *before, const KeyVersion &version)
{
    const Change change = changeBetween(before, &version);
    if (change.kind == Change::Kind::Delete && !isThere(before))
        return {}; // what was deleted is not retained
    if (change.kind != Change::Kind::Update)
        return changeText(codec, change);
    QStringList texts;
    if (change.value != change.base.value)
        texts << changeText(codec, change);
    if (before->kv.lease != version.kv.lease)
        texts << QStringLiteral("%1 → %2").arg(leaseName(before->kv.lease), leaseName(version.kv.lease));
    return texts.isEmpty() ? tr("written again as it was") : texts.join(QStringLiteral(", "));
}

QString beginningText(const core::KeyHistory &history)
{
    const QLocale locale;
    const auto revision = [](core::Revision number) { return QString::number(number.value); };
    if (history.droppedVersions() > 0)
        return tr("The %1 oldest versions are left out: together they are too large.")
            .arg(locale.toString(history.droppedVersions()));
    if (history.compactRevision().value == 0)
        return {};
    const QString compacted = revision(history.compactRevision());
    if (history.versions().empty())
        return tr("Revisions before %1 were compacted away; since then there was no such record.")
            .arg(compacted);
    const core::KeyVersion &oldest = history.versions().front();
    if (oldest.isCreate() && oldest.revision() > history.compactRevision())
        return tr("Revisions before %1 were compacted away; whether there was such a record before, etcd no "
                  "longer knows.")
            .arg(compacted);
    const qint64 missing = history.missingVersions();
    if (missing == 0)
        return tr("The history begins before a compaction: revisions before %1 are gone.").arg(compacted);
    return missing == 1
        ? tr("The history begins before a compaction: revisions before %1 are gone, and with them 1 version "
             "of this record.")
              .arg(compacted)
        : tr("The history begins before a compaction: revisions before %1 are gone, and with them %2 "
             "versions of this record.")
              .arg(compacted, locale.toString(missing));
}

} // namespace slotscope::ui
