// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/recordstyle.h"
#include "core/value/value.h"

#include <algorithm>
#include <cmath>

namespace slotscope::core {

namespace {

template <typename T>
int compareScalars(const T &a, const T &b)
{
    return a < b ? -1 : (b < a ? 1 : 0);
}

// NaN is equal to NaN and 0.0 is not -0.0: what is shown alike is alike.
int compareDoubles(double a, double b)
{
    if (std::isnan(a) || std::isnan(b))
        return compareScalars(std::isnan(a), std::isnan(b));
    if (const int order = compareScalars(a, b))
        return order;
    return compareScalars(std::signbit(b), std::signbit(a));
}

// Canonical digits of which at least one is beyond 64 bits.
int compareDigits(const QString &a, const QString &b)
{
    const bool negativeA = a.startsWith(QLatin1Char('-'));
    const bool negativeB = b.startsWith(QLatin1Char('-'));
    if (negativeA != negativeB)
        return negativeA ? -1 : 1;
    int order = compareScalars(a.size(), b.size());
    if (!order)
        order = a.compare(b);
    return negativeA ? -order : order;
}

} // namespace

int Value::compare(const Value &a, const Value &b)
{
    if (a.m_node == b.m_node)
        return 0;
    if (const int order = compareScalars(a.kind(), b.kind()))
        return order;
    if (const int order = compareScalars(isAbsent(a), isAbsent(b)))
        return order;
    const auto compareItems = [](const auto &x, const auto &y, const auto &compareOne) {
        if (const int order = compareScalars(x.size(), y.size()))
            return order;
        for (size_t i = 0; i < x.size(); ++i) {
            if (const int order = compareOne(x[i], y[i]))
                return order;
        }
        return 0;
    };
    switch (a.kind()) {
    case Kind::Null:
    case Kind::Undefined:
        return 0;
    case Kind::Bool:
        return compareScalars(a.toBool(), b.toBool());
    case Kind::Integer: {
        const auto smallA = a.toInt64();
        const auto smallB = b.toInt64();
        if (smallA && smallB)
            return compareScalars(*smallA, *smallB);
        return compareDigits(a.integerText(), b.integerText());
    }
    case Kind::Float:
        return compareDoubles(a.toDouble(), b.toDouble());
    case Kind::Text:
    case Kind::Decimal:
        return a.toText().compare(b.toText());
    case Kind::Bytes:
        return compareScalars(a.toBytes(), b.toBytes());
    case Kind::Uuid:
        return compareScalars(a.toUuid(), b.toUuid());
    case Kind::Timestamp:
        return compareScalars(a.toNanoseconds(), b.toNanoseconds());
    case Kind::Simple:
        return compareScalars(a.simpleNumber(), b.simpleNumber());
    case Kind::Tag:
        if (const int order = compareScalars(a.tagNumber(), b.tagNumber()))
            return order;
        return compare(a.items().front(), b.items().front());
    case Kind::Array:
    case Kind::Tuple:
        return compareItems(a.items(), b.items(), compare);
    case Kind::Set: {
        const auto sorted = [](const ValueList &items) {
            std::vector<const Value *> pointers;
            pointers.reserve(items.size());
            for (const Value &item : items)
                pointers.push_back(&item);
            std::sort(pointers.begin(), pointers.end(),
                      [](const Value *x, const Value *y) { return compare(*x, *y) < 0; });
            return pointers;
        };
        return compareItems(sorted(a.items()), sorted(b.items()),
                            [](const Value *x, const Value *y) { return compare(*x, *y); });
    }
    case Kind::Opaque:
        if (const int order = a.toText().compare(b.toText()))
            return order;
        [[fallthrough]];
    case Kind::Map:
        return compareItems(a.members(), b.members(), [](const Member &x, const Member &y) {
            const int order = compare(x.key, y.key);
            return order ? order : compare(x.value, y.value);
        });
    }
    return 0;
}

} // namespace slotscope::core
