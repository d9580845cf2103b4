using Chokepoint.Imports;
using Chokepoint.TradeFlows.Measures;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Chokepoint.TradeFlows.Data.Migrations
{
    /// <inheritdoc />
    public partial class Measures : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(MeasureStore.Create);
            migrationBuilder.Sql(ImportTables.KeepBodiesAsTheyAre);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TABLE measures;");
        }
    }
}
