// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/keycommand.h"

#include "core/pmap/keytext.h"
#include "core/table/recordjson.h"

namespace slotscope::app {

namespace {

/// `0x…` as bytes; nothing if the text is not of that form.
std::optional<QByteArray> bytesFromHex(const QString &text)
{
    if (!text.startsWith(QLatin1String("0x")))
        return std::nullopt;
    const QByteArray digits = text.sliced(2).toLatin1();
    const QByteArray bytes = QByteArray::fromHex(digits);
    // fromHex() skips what is no digit.
    if (bytes.isEmpty()
        || QString::fromLatin1(bytes.toHex()).compare(text.sliced(2), Qt::CaseInsensitive) != 0)
        return std::nullopt;
    return bytes;
}

} // namespace

QString KeyCommand::keyHelp()
{
    return QStringLiteral(
        "KEY alone is a whole etcd key, as text or as 0x and hex digits. Behind a SLOT it is the "
        "key within that slot: a UUID, a number or text as it is, or as `records --json` writes it "
        "(several parts as a JSON array).");
}

QString KeyCommand::takeArguments(const QCommandLineParser &parser)
{
    const QStringList arguments = parser.positionalArguments();
    if (arguments.isEmpty() || arguments.size() > 2)
        return QStringLiteral("%1 takes a KEY, or a SLOT and a KEY").arg(name());
    m_keyText = arguments.back();
    if (m_keyText.isEmpty())
        return QStringLiteral("the KEY is empty");
    if (arguments.size() == 2) {
        m_slotText = arguments.front();
    } else if (m_keyText.startsWith(QLatin1String("0x"))) {
        const auto bytes = bytesFromHex(m_keyText);
        if (!bytes)
            return QStringLiteral("0x is to be followed by pairs of hex digits: %1").arg(m_keyText);
        m_key = *bytes;
    } else {
        m_key = m_keyText.toUtf8();
    }
    return {};
}

void KeyCommand::begin()
{
    if (m_slotText.isEmpty()) {
        const core::SlotInfo *info = core::slotInfoOf(*directory(), m_key);
        if (info)
            whenSampled({info->slot}, [this] { beginWithKey(); });
        else
            beginWithKey();
        return;
    }
    const auto slot = directory()->resolve(m_slotText);
    if (!slot || !directory()->find(*slot)) {
        failWithoutTable(m_slotText, slot);
        return;
    }
    whenSampled({*slot}, [this, slot = *slot] {
        const core::SlotInfo *info = directory()->find(slot);
        const core::SlotCodec codec = core::codecFor(info);
        const QByteArray prefix = codec.prefixLength() == 0 ? QByteArray() : core::KeyRange::slot(slot).begin;
        if (const auto hex = bytesFromHex(m_keyText); hex && codec.type().key.isUnknown()) {
            m_key = prefix + *hex;
        } else if (const auto parts = core::keyFromText(codec.type().key, m_keyText); !parts) {
            fail(tr("not a key of slot %1: %2").arg(m_slotText, parts.error()));
            return;
        } else if (const auto key = codec.encodeKey(prefix, *parts); key) {
            m_key = *key;
        } else {
            fail(tr("not a key of slot %1: %2").arg(m_slotText, key.error().what));
            return;
        }
        beginWithKey();
    });
}

} // namespace slotscope::app
