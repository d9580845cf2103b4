using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Chokepoint.ExportControls.Data.Migrations
{
    /// <inheritdoc />
    public partial class CorrectedRevision : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "corrects_revision",
                table: "drafts",
                type: "integer",
                nullable: true);

            // A correction that was begun before: from what the notice was then.
            migrationBuilder.Sql("""
                UPDATE drafts SET corrects_revision = (
                    SELECT coalesce(max(r.revision), 1) FROM notice_revisions r WHERE r.notice_id = drafts.corrects AND r.known_from <= drafts.created_at)
                WHERE corrects IS NOT NULL
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "corrects_revision",
                table: "drafts");
        }
    }
}
