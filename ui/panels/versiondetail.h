// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/value/bytediff.h"
#include "ui/models/changefields.h"
#include "ui/models/versiontext.h"
#include "ui/views/textdiffview.h"

#include <QWidget>

#include <optional>

class QLabel;
class QTabWidget;
class QToolButton;
class QTreeWidget;

namespace slotscope::ui {

class ByteDiffView;

/// Two versions of a record, or one and nothing, to be compared.
struct VersionPair
{
    std::optional<core::KeyVersion> before;
    std::optional<core::KeyVersion> after;

    bool isEmpty() const { return !before && !after; }
    /// Revisions tell versions apart.
    bool isSameAs(const VersionPair &other) const;
};

/// What two versions of a record have different: by field, as texts and as bytes side by side. It is worked
/// out on the thread pool.
class VersionDetail : public QWidget
{
    Q_OBJECT
public:
    enum Page { FieldsPage, TextPage, BytesPage };

    explicit VersionDetail(QWidget *parent = nullptr);

    /// An empty pair: nothing is chosen.
    void setPair(const core::SlotCodec &codec, VersionPair pair);
    bool isBusy() const { return m_working > 0; }

    QTabWidget *tabs() const { return m_tabs; }
    QTreeWidget *fields() const { return m_fields; }
    TextDiffView *text() const { return m_text; }
    ByteDiffView *bytes() const { return m_bytes; }
    QLabel *label() const { return m_label; }

private:
    struct Found
    {
        std::vector<FieldLine> fields;
        LineDiff text;
        std::vector<core::ByteRun> runs;
    };
    static Found compare(const core::SlotCodec &codec, const VersionPair &pair);
    void showFound(const VersionPair &pair, const Found &found);
    void showNext(bool backward);
    void updateButtons();

    core::SlotCodec m_codec;
    VersionPair m_pair;
    quint64 m_generation = 0;
    int m_working = 0; // jobs
    QLabel *m_label;
    QToolButton *m_previous;
    QToolButton *m_next;
    QTabWidget *m_tabs;
    QTreeWidget *m_fields;
    TextDiffView *m_text;
    ByteDiffView *m_bytes;
};

} // namespace slotscope::ui
