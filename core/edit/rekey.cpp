// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/rekey.h"

#include "core/pmap/indexkey.h"
#include "core/value/valueedit.h"

namespace slotscope::core {

namespace {

QString inCaseOf(const QString &before, const QString &text)
{
    const bool upper = before != before.toLower() && before == before.toUpper();
    return upper ? text.toUpper() : text;
}

bool names(const Value &value, KeyComponent component, const Value &key)
{
    const auto part = asKeyPart(value, component);
    return part && *part == key;
}

} // namespace

Expected<Value, QString> writtenLike(const Value &before, KeyComponent component, const Value &key)
{
    if (before.kind() == key.kind())
        return inStyleOf(before, key);
    switch (before.kind()) {
    case Value::Kind::Text: {
        const QString &old = before.toText();
        QString text;
        if (component == KeyComponent::Uuid) {
            text = key.toUuid().toString(QUuid::WithoutBraces);
            if (!old.contains(QLatin1Char('-')))
                text.remove(QLatin1Char('-'));
            if (old.startsWith(QLatin1Char('{')))
                text = QLatin1Char('{') + text + QLatin1Char('}');
            text = inCaseOf(old, text);
        } else if (key.kind() == Value::Kind::Bytes) {
            text = QString::fromLatin1(key.toBytes().toHex());
            const bool marked = old.startsWith(QLatin1String("0x"));
            text = inCaseOf(marked ? old.mid(2) : old, text);
            if (marked)
                text.prepend(QLatin1String("0x"));
        }
        if (!text.isEmpty())
            return inStyleOf(before, Value::text(text));
        break;
    }
    case Value::Kind::Bytes:
        if (key.kind() == Value::Kind::Uuid)
            return inStyleOf(before, Value::bytes(key.toUuid().toRfc4122()));
        break;
    case Value::Kind::Integer:
        if (key.kind() == Value::Kind::Timestamp)
            return inStyleOf(before, Value::integer(key.toNanoseconds()));
        break;
    default:
        break;
    }
    return Unexpected {QStringLiteral("the key cannot be written as it is there")};
}

Expected<Value, QString> withReference(const Value &record, const ValuePath &path, KeyComponent component,
                                       const Value &from, const Value &to)
{
    const Value *node = path.find(record);
    if (node && names(*node, component, from)) {
        auto written = writtenLike(*node, component, to);
        if (!written)
            return written;
        return path.isEmpty() ? *written : replaced(record, path, *written);
    }
    const bool isMember = node && !path.isEmpty() && path.steps().back().key;
    if (isMember && names(*path.steps().back().key, component, from)) {
        const auto written = writtenLike(*path.steps().back().key, component, to);
        return written ? renamed(record, path, *written) : written;
    }
    return Unexpected {QStringLiteral("it does not name the record any more")};
}

} // namespace slotscope::core
