using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Chokepoint.TradeFlows.Data.Migrations
{
    /// <inheritdoc />
    public partial class TariffLines : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(FlowTables.AddLine);

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
            "ALTER TABLE flows DROP COLUMN line; ALTER TABLE flows ADD PRIMARY KEY (source, year, hs, reporter, direction, partner, period, breakdown);");
    }
}
