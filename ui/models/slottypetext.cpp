// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/slottypetext.h"

#include <QCoreApplication>
#include <QLocale>

namespace slotscope::ui {

using core::SchemaProperty;

namespace {

/// Less likely readings are in the tooltip only.
constexpr double WorthTheLine = 0.05;

QString tr(const char *text)
{
    return QCoreApplication::translate("SlotTypeText", text);
}

QString percent(double share)
{
    // Never "100 %" of what was only guessed.
    return tr("%1 %").arg(std::min(99, qRound(share * 100)));
}

QString littleEndian(core::ByteOrder order)
{
    return order == core::ByteOrder::LittleEndian ? tr(", little endian") : QString();
}

QString typeName(const core::SlotType &type)
{
    QString value = type.value == core::ValueType::Unknown ? tr("bytes of unknown type")
                                                           : core::valueTypeName(type.value);
    if (type.value == core::ValueType::FlatBuffers && !type.flatBuffers.root.isEmpty())
        value = tr("%1 of %2").arg(value, type.flatBuffers.root);
    if (type.compression != core::Compression::None)
        value = tr("%1, %2").arg(value, core::compressionName(type.compression));
    return QStringLiteral("%1 → %2").arg(type.key.name(), value);
}

/// Of the readings behind the first one, while nobody has said which is right.
template <typename Reading>
QStringList runnersUp(const std::vector<Reading> &readings, double atLeast)
{
    QStringList names;
    for (size_t i = 1; i < readings.size(); ++i) {
        if (readings[i].confidence >= atLeast)
            names += tr("%1 (%2)").arg(readingText(readings[i]), percent(readings[i].confidence));
    }
    return names;
}

QStringList runnersUp(const core::SlotInfo &info, double atLeast)
{
    QStringList names;
    if (!info.inference)
        return names;
    if (info.from(SchemaProperty::ValueType).source == core::TypeSource::Inferred)
        names += runnersUp(info.inference->values, atLeast);
    if (info.from(SchemaProperty::KeyType).source == core::TypeSource::Inferred)
        names += runnersUp(info.inference->keys, atLeast);
    return names;
}

} // namespace

QString provenanceText(const core::Provenance &provenance)
{
    switch (provenance.source) {
    case core::TypeSource::Unknown:
        return tr("not known");
    case core::TypeSource::Inferred:
        return tr("inferred, %1").arg(percent(provenance.confidence));
    case core::TypeSource::Imported:
        return provenance.from.file.isEmpty() ? tr("imported")
                                              : tr("imported from %1").arg(provenance.from.toString());
    case core::TypeSource::Pinned:
        return tr("pinned");
    case core::TypeSource::BuiltIn:
        return tr("built in");
    }
    return {};
}

QString readingText(const core::ValueReading &reading)
{
    QString text = core::valueTypeName(reading.type);
    if (!reading.flatBuffers.root.isEmpty())
        text = tr("%1 of %2").arg(text, reading.flatBuffers.root);
    text += littleEndian(reading.order);
    if (reading.compression != core::Compression::None)
        text += tr(", compressed with %1").arg(core::compressionName(reading.compression));
    return text;
}

QString readingText(const core::KeyReading &reading)
{
    return reading.type.name() + littleEndian(reading.type.timestampOrder());
}

QString propertyText(SchemaProperty property)
{
    switch (property) {
    case SchemaProperty::ClassName:
        return tr("Class");
    case SchemaProperty::Name:
        return tr("Name");
    case SchemaProperty::Description:
        return tr("Description");
    case SchemaProperty::KeyType:
        return tr("Key type");
    case SchemaProperty::KeyByteOrder:
        return tr("Timestamps in keys");
    case SchemaProperty::ValueType:
        return tr("Value type");
    case SchemaProperty::ValueByteOrder:
        return tr("Timestamps in values");
    case SchemaProperty::Compression:
        return tr("Compression");
    case SchemaProperty::FlatBuffersSchema:
        return tr("FlatBuffers schema");
    case SchemaProperty::FlatBuffersRoot:
        return tr("Root table");
    }
    return {};
}

QString slotTypeText(const core::SlotInfo &info)
{
    const core::SlotType &type = info.type;
    if (type.source == core::TypeSource::BuiltIn)
        return {};
    if (type.source == core::TypeSource::Unknown)
        return info.sampled ? tr("types unknown") : tr("types not looked for yet");
    QString text = typeName(type);
    const core::TypeSource ofKey = info.from(SchemaProperty::KeyType).source;
    const core::TypeSource ofValue = info.from(SchemaProperty::ValueType).source;
    if (ofKey == core::TypeSource::Inferred || ofValue == core::TypeSource::Inferred)
        text += QStringLiteral(" · ") + percent(type.confidence);
    else
        // Where the compression alone is inferred, that is in the tooltip.
        text += QStringLiteral(" · ") + core::typeSourceName(ofValue == ofKey ? ofValue : type.source);
    if (!info.typeProblem.isEmpty())
        text += QStringLiteral(" · ") + tr("schema cannot be used");
    if (const QStringList others = runnersUp(info, WorthTheLine); !others.isEmpty())
        text += QStringLiteral(" · ") + tr("could also be %1").arg(others.first());
    if (info.inference && info.inference->misfitCount > 0)
        text += QStringLiteral(" · ") + tr("%1 do not fit").arg(info.inference->misfitCount);
    return text;
}

QString slotTypeTip(const core::SlotInfo &info)
{
    QStringList lines;
    for (const SchemaProperty property : core::allSchemaProperties()) {
        const core::Provenance &from = info.from(property);
        const QString text = core::schemaPropertyText(property, info.type);
        if (from.source != core::TypeSource::Unknown && !text.isEmpty())
            lines += tr("%1: %2 (%3)").arg(propertyText(property), text, provenanceText(from));
    }
    if (!info.type.evidence.isEmpty())
        lines += info.type.evidence;
    if (const QStringList others = runnersUp(info, 0); !others.isEmpty())
        lines += tr("Could also be: %1").arg(others.join(QLatin1String(", ")));
    if (!info.typeProblem.isEmpty())
        lines += info.typeProblem;
    if (info.inference && info.inference->misfitCount > 0)
        lines += tr("%1 of %2 sampled records do not fit")
                     .arg(info.inference->misfitCount)
                     .arg(info.inference->samples);
    lines += tr("Click to choose how this slot is decoded.");
    return lines.join(QLatin1Char('\n'));
}

} // namespace slotscope::ui
