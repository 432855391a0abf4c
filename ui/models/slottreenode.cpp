// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/slottreenode.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>
#include <QtEndian>

namespace slotscope::ui {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SlotTreeModel", text);
}

// A first guess by name and value type; what an index belongs to is not known here.
bool looksLikeIndex(const core::SlotInfo &info)
{
    static const QRegularExpression name(QStringLiteral("^(index|idx)|_by_"),
                                         QRegularExpression::CaseInsensitiveOption);
    const bool pointer = info.type.value == core::ValueType::Uuid || info.type.value == core::ValueType::Oid;
    return pointer && info.entry && info.entry->shortName().contains(name);
}

} // namespace

int SlotTreeModel::Node::row() const
{
    // The groups, which have no order of their own, are where their number says.
    return parent->parent == nullptr ? static_cast<int>(group) : static_cast<int>(parent->lowerBound(order));
}

size_t SlotTreeModel::Node::lowerBound(const QByteArray &childOrder) const
{
    const auto found = std::lower_bound(
        children.begin(), children.end(), childOrder,
        [](const std::unique_ptr<Node> &node, const QByteArray &wanted) { return node->order < wanted; });
    return static_cast<size_t>(found - children.begin());
}

std::pair<SlotTreeModel::Group, QByteArray> placeOf(const core::SlotInfo &info)
{
    using Group = SlotTreeModel::Group;
    QByteArray order = info.title().toCaseFolded().toUtf8();
    order.append('\0');
    char number[2];
    qToBigEndian(info.slot.value, number);
    order.append(number, 2);
    switch (info.kind) {
    case core::SlotKind::Catalogue:
        return {Group::Catalogue, {}};
    case core::SlotKind::PlainKeys:
        return {Group::PlainKeys, {}};
    case core::SlotKind::Untyped:
        // Their titles are numbers in words, which do not sort as text.
        return {Group::Untyped, QByteArray(number, 2)};
    case core::SlotKind::Table:
        break;
    }
    return {looksLikeIndex(info) ? Group::Indexes : Group::Tables, order};
}

QString groupName(SlotTreeModel::Group group)
{
    switch (group) {
    case SlotTreeModel::Group::Tables:
        return tr("Tables");
    case SlotTreeModel::Group::Indexes:
        return tr("Index slots");
    case SlotTreeModel::Group::Untyped:
        return tr("Untyped slots");
    case SlotTreeModel::Group::PlainKeys:
        return tr("Plain keys");
    case SlotTreeModel::Group::Catalogue:
        break;
    }
    return tr("Catalogue");
}

QString slotToolTip(const core::SlotInfo &info)
{
    QStringList lines;
    const auto line = [&lines](const QString &name, const QString &value) {
        if (!value.isEmpty())
            lines << QStringLiteral("<tr><td><b>%1</b>&nbsp;</td><td>%2</td></tr>")
                         .arg(name.toHtmlEscaped(), value.toHtmlEscaped());
    };
    line(tr("Slot"), QString::number(info.slot.value));
    if (info.kind == core::SlotKind::Catalogue)
        line(tr("Name"), tr("the catalogue of all tables"));
    if (info.entry) {
        line(tr("Name"), info.entry->name);
        line(tr("OID"), info.entry->oid);
        line(tr("Description"), info.entry->description);
        line(tr("Creator"), info.entry->creator);
        line(tr("Tags"), info.entry->tags.join(QStringLiteral(", ")));
    } else if (info.kind == core::SlotKind::Untyped) {
        line(tr("Name"), tr("none: the catalogue has no entry for this slot"));
    }
    line(tr("Records"), QLocale().toString(info.records));

    QString type = QStringLiteral("%1 → %2").arg(info.type.key.name(), core::valueTypeName(info.type.value));
    if (info.type.compression != core::Compression::None)
        type += QStringLiteral(" (%1)").arg(core::compressionName(info.type.compression));
    QString source = core::typeSourceName(info.type.source);
    if (info.type.source == core::TypeSource::Inferred)
        source += QStringLiteral(", %1 %").arg(qRound(info.type.confidence * 100));
    line(tr("Type"), QStringLiteral("%1, %2").arg(type, source));
    line(tr("Evidence"), info.type.evidence);
    if (info.entry)
        line(tr("Warning"), info.entry->warning);
    return QStringLiteral("<qt><table>%1</table></qt>").arg(lines.join(QString()));
}

QString slotFilterText(const QString &name, const core::SlotInfo &info)
{
    QStringList texts {name, QString::number(info.slot.value)};
    if (info.entry)
        texts << info.entry->name << info.entry->oid << info.entry->description;
    return texts.join(QLatin1Char('\n'));
}

QString plainKeyText(const QByteArray &bytes)
{
    const QUtf8StringView view(bytes);
    if (view.isValidUtf8()) {
        const QString text = view.toString();
        const bool printable =
            std::all_of(text.begin(), text.end(), [](QChar c) { return c.isPrint() || c.isSurrogate(); });
        if (printable)
            return text;
    }
    return QStringLiteral("0x") + QString::fromLatin1(bytes.toHex());
}

} // namespace slotscope::ui
