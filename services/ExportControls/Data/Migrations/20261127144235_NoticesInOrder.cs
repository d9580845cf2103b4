using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Chokepoint.ExportControls.Data.Migrations
{
    /// <inheritdoc />
    public partial class NoticesInOrder : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_notices_announced_on_id",
                table: "notices",
                columns: new[] { "announced_on", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_notices_issuer_announced_on_id",
                table: "notices",
                columns: new[] { "issuer", "announced_on", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_notices_announced_on_id",
                table: "notices");

            migrationBuilder.DropIndex(
                name: "ix_notices_issuer_announced_on_id",
                table: "notices");
        }
    }
}
