// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/typetext.h"

#include "core/value/opaqueform.h"
#include "core/value/recordstyle.h"
#include "core/value/toldtag.h"

#include <QCoreApplication>

namespace slotscope::ui {

using core::Value;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("TypeText", text);
}

} // namespace

QString typeText(const Value &value)
{
    const size_t count = std::max(value.members().size(), value.items().size());
    const auto counted = [count](const QString &name) { return tr("%1 · %2").arg(name).arg(count); };
    if (core::isAbsent(value))
        return tr("absent");
    if (core::flatKind(value) == core::FlatTable || core::flatKind(value) == core::FlatStruct)
        return QString::fromUtf8(core::FlatTableStyle::unpacked(value.style().spelling).name);
    if (core::flatKind(value) == core::FlatDamaged)
        return tr("damaged buffer: %1").arg(QString::fromUtf8(value.style().spelling));
    switch (value.kind()) {
    case Value::Kind::Null:
        return tr("null");
    case Value::Kind::Undefined:
        return tr("undefined");
    case Value::Kind::Bool:
        return tr("bool");
    case Value::Kind::Integer:
        return tr("integer");
    case Value::Kind::Float:
        return tr("float");
    case Value::Kind::Text:
        return tr("text");
    case Value::Kind::Bytes:
        return tr("bytes · %1").arg(value.toBytes().size());
    case Value::Kind::Uuid:
        return tr("uuid");
    case Value::Kind::Timestamp:
        return tr("timestamp");
    case Value::Kind::Decimal:
        return tr("decimal");
    case Value::Kind::Array:
        return counted(tr("array"));
    case Value::Kind::Tuple:
        return counted(tr("tuple"));
    case Value::Kind::Set:
        return counted(tr("set"));
    case Value::Kind::Map:
        return counted(tr("map"));
    case Value::Kind::Tag: {
        const QString words = core::tagWords(value.tagNumber());
        const QString tag = tr("tag %1").arg(value.tagNumber());
        return words.isEmpty() ? tag : tr("%1 · %2").arg(tag, words);
    }
    case Value::Kind::Simple:
        return tr("simple");
    case Value::Kind::Opaque: {
        const QString type = core::opaqueType(value);
        return type.isEmpty() ? tr("opaque") : type;
    }
    }
    return {};
}

} // namespace slotscope::ui
